// forward.ts PORT: joins standard input and output with a TCP port of this host. QEMU starts one for every connection of the guest
// to the metadata address (guestfwd with cmd:; with tcp: it would have one connection in all).
import { connect } from "node:net";

const socket = connect(Number(process.argv[2]), "127.0.0.1");
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on("close", () => process.exit());
socket.on("error", () => process.exit(1));
