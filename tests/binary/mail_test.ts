// Mail from the compiled program through a mail server of the real kind (npm's smtp-server on Node).
import assert from "node:assert/strict";
import { type Certificates, makeCertificates } from "../aws/certificates.ts";
import { said } from "./support/scene.ts";
import { makeHome } from "./support/home.ts";
import { needs } from "./support/requirement.ts";

const SERVER = new URL("./support/mail_server.mjs", import.meta.url).pathname;
const PASSWORD = "pass-word-of-mail";

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string;
  readonly secure: boolean;
  readonly content: string;
}

class MailServer implements AsyncDisposable {
  private constructor(
    readonly port: number,
    readonly mails: readonly Mail[],
    readonly child: Deno.ChildProcess,
    readonly reading: Promise<void>,
  ) {}

  static async start(mode: "implicit" | "starttls", { cert, key }: Certificates): Promise<MailServer> {
    const folder = await Deno.makeTempDir({ prefix: "sso-heal-mail-" });
    Deno.writeTextFileSync(`${folder}/cert.pem`, cert);
    Deno.writeTextFileSync(`${folder}/key.pem`, key);
    const child = new Deno.Command("node", {
      args: [SERVER, mode, `${folder}/cert.pem`, `${folder}/key.pem`, PASSWORD],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let rest = "";
    const mails: Mail[] = [];
    const listening = Promise.withResolvers<number>();
    const reading = (async () => {
      for (let next = await lines.next(); !next.done; next = await lines.next()) {
        const parts = (rest + next.value).split("\n");
        rest = parts.pop() ?? "";
        for (const part of parts) {
          const line = JSON.parse(part);
          if ("port" in line) listening.resolve(line.port);
          else mails.push(line);
        }
      }
    })();
    const port = await listening.promise;
    await Deno.remove(folder, { recursive: true });
    return new MailServer(port, mails, child, reading);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await Promise.all([this.child.status, this.reading]);
  }
}

const ROWS = [["smtps", "implicit"], ["smtp", "starttls"]] as const;

for (const [protocol, mode] of ROWS) {
  Deno.test({
    ...needs("mail through smtp-server", "node"),
    name: `notify test logs in and sends a mail over ${protocol}, and says what a wrong password is`,
    async fn() {
      const certificates = await makeCertificates();
      await using server = await MailServer.start(mode, certificates);
      await using home = await makeHome();
      const ca = home.write(".aws/ca.pem", Deno.readTextFileSync(certificates.caFile));
      const config = `[notify mail]\ntype = email\nserver = ${protocol}://alice@localhost:${server.port}\n` +
        "password = env:MAIL_PASSWORD\nfrom = sso-heal@example.com\nto = ops@example.com, night@example.com\n";
      home.write(".config/sso-heal/config.ini", config);

      const env = { AWS_CA_BUNDLE: ca, MAIL_PASSWORD: PASSWORD };
      const sent = await home.run(["notify", "test"], { env });
      assert.equal(sent.code, 0, said(sent));
      const [mail] = server.mails;
      assert.deepEqual([mail.from, mail.to, mail.user, mail.secure], [
        "sso-heal@example.com",
        ["ops@example.com", "night@example.com"],
        "alice",
        true,
      ]);
      assert.match(mail.content, /^Subject: /m);
      assert.match(mail.content, /^Content-Type: multipart\/alternative/m);

      const refused = await home.run(["notify", "test"], { env: { ...env, MAIL_PASSWORD: "wrong-one" } });
      assert.equal(refused.code, 1, said(refused));
      assert.match(refused.out, /mail: SMTP 535/);
      assert.equal(server.mails.length, 1);
      for (const text of [sent.out, sent.err, refused.out, refused.err]) assert.ok(!text.includes(PASSWORD));
      await certificates.remove();
    },
  });
}
