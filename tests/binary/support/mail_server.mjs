// A mail server of the real kind for a test of the compiled program: npm's smtp-server, on Node, TLS and login required.
// Prints one line of JSON when it listens, { port }, and one for each mail, { from, to, user, secure, content }.
import { readFileSync } from "node:fs";
import process from "node:process";
import { SMTPServer } from "smtp-server";

const [mode, cert, key, password] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const server = new SMTPServer({
  secure: mode === "implicit",
  cert: readFileSync(cert),
  key: readFileSync(key),
  authMethods: ["PLAIN", "LOGIN"],
  onAuth(auth, _session, done) {
    if (auth.password === password) done(null, { user: auth.username });
    else done(new Error("wrong password"));
  },
  onData(stream, session, done) {
    let content = "";
    stream.on("data", (bytes) => content += bytes);
    stream.on("end", () => {
      const { mailFrom, rcptTo } = session.envelope;
      say({
        from: mailFrom.address,
        to: rcptTo.map((one) => one.address),
        user: session.user,
        secure: session.secure,
        content,
      });
      done();
    });
  },
});
server.on("error", (error) => process.stderr.write(`${error.message}\n`));
server.listen(0, "127.0.0.1", () => say({ port: server.server.address().port }));
