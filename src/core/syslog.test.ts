import { expect, test } from "bun:test";
import { SyslogSender, syslogMessage } from "./syslog.ts";

const from = { hostName: "c01.example.com", pid: 4118, at: new Date(2013, 1, 7, 17, 39, 31) };

test("LG-13 a line is sent in RFC 3164's form, with the facility of its project and the gravity of its level", () => {
  const nova = { facility: "LOG_LOCAL0", program: "nova-api" } as const;
  const text = "2013-02-07 17:39:31.123 4118 INFO nova.api [-] hello";
  expect(syslogMessage(nova, { level: "INFO", text }, from)).toBe(
    `<134>Feb  7 17:39:31 c01.example.com nova-api[4118]: ${text}`,
  );
  const keystone = { facility: "LOG_LOCAL3", program: "keystone" } as const;
  expect(syslogMessage(keystone, { level: "TRACE", text: "a" }, from)).toStartWith("<155>");
  expect(syslogMessage(keystone, { level: "CRITICAL", text: "a\nb" }, from)).toEndWith("keystone[4118]: a b");
});

test("a message is never longer than a receiver takes", () => {
  const source = { facility: "LOG_USER", program: "x" } as const;
  const message = syslogMessage(source, { level: "DEBUG", text: "ä".repeat(10_000) }, from);
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(8195); // a character that was cut in two is replaced
});

test("a receiver that is not there, or not yet, disturbs nobody", async () => {
  const free = await Bun.udpSocket({ hostname: "127.0.0.1" });
  const { port } = free;
  free.close();
  const errors: unknown[] = [];
  const sender = new SyslogSender({
    host: "127.0.0.1",
    port,
    hostName: "c01",
    pid: 1,
    sourceOf: () => ({ facility: "LOG_USER", program: "x" }),
    onError: (error) => errors.push(error),
  });
  const send = (text: string) => sender.send({ serial: 1, window: "x", level: "INFO", text });
  for (let i = 0; i < 20; i++) {
    send(`lost ${i}`);
    await Bun.sleep(1);
  }
  const received: string[] = [];
  const receiver = await Bun.udpSocket({
    hostname: "127.0.0.1",
    port,
    socket: { data: (_socket, data) => void received.push(data.toString()) },
  });
  while (!received.some((text) => text.endsWith("found"))) {
    send("found");
    await Bun.sleep(1);
  }
  receiver.close();
  sender.close();
  send("closed");
  expect(errors).toEqual([]);
});
