// A simulated AWS inside the net of a throw-away machine. Prints what a home needs, then a count for each line of input.
import { startSimulator } from "../../aws/simulator.ts";

const [leftS] = Deno.args;
await using aws = await startSimulator({ rotate: "always", reuse: "refuse" });
const { fileName, token } = aws.issueSession({ accessTokenLeftS: Number(leftS) });
console.log(JSON.stringify({ url: aws.url, fileName, token: JSON.stringify(token) }));
for await (const _ of Deno.stdin.readable) console.log(aws.count("CreateToken"));
