// Sends messages to an MLLP server over one connection, each after the acknowledgement of the one
// before, and prints a line for each acknowledgement: code, control id, version.
import { createRequire } from "node:module";

// The package's CommonJS build; its other one wants a newer Node.
const { Client, HL7_2_5 } = createRequire(import.meta.url)("node-hl7-client");

const port = Number(process.argv[2]);

const message = (event, id, patient) =>
  new HL7_2_5()
    .buildMSH({ msh_3: "PEER", msh_4: "HOSP", msh_5: "TL", msh_6: "TL", msh_9_1: "ADT", msh_9_2: event, msh_10: id, msh_11_1: "T" })
    .buildEVN({ evn_1: event, evn_2: new Date(Date.UTC(2026, 10, 20, 12)) })
    .buildPID({ pid_3: patient, pid_5: "O'Hara^Zoë^A" })
    .toMessage();

let acknowledged;
const client = new Client({ host: "127.0.0.1", version: "2.5" });
const connection = client.createConnection({ port }, (answer) => {
  const ack = answer.getMessage();
  console.log(["MSA.1", "MSA.2", "MSH.12"].map((path) => ack.get(path).toString()).join(" "));
  acknowledged();
});

for (const m of [message("A01", "PEER1", "77^^^HOSP^MR"), message("A03", "PEER2", "77^^^HOSP^MR"), message("A03", "PEER3", "^^^HOSP^MR")]) {
  const answered = new Promise((resolve) => { acknowledged = resolve; });
  await connection.sendMessage(m);
  await answered;
}
await connection.close();
process.exit(0);
