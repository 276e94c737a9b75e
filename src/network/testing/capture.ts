// What passes on a card of this machine, by tcpdump.

export interface Capture {
  /** tcpdump's first line: `listening on br100, link-type EN10MB (Ethernet), ...`. */
  heading: string;
  lines: string[];
}

/** How long after `work` packets may still come. */
const AFTER_MS = 1500;

/**
 * What tcpdump prints of packets on a card while `work` goes on.
 * @param filter words of the command line: `-v`, `icmp`
 * @param until ends it as soon as a line matches
 */
export async function capture(
  card: string,
  filter: readonly string[],
  work: () => Promise<unknown>,
  until?: RegExp,
): Promise<Capture> {
  const argv = ["tcpdump", "-l", "-n", "-i", card, ...filter];
  const child = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const text = { out: "", err: "" };
  const read = async (stream: ReadableStream<Uint8Array>, which: "out" | "err") => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) text[which] += decoder.decode(chunk, { stream: true });
  };
  const reading = Promise.all([read(child.stdout, "out"), read(child.stderr, "err")]);
  const wait = async (ready: () => boolean, milliseconds: number) => {
    const endMs = performance.now() + milliseconds;
    while (!ready() && performance.now() < endMs) await Bun.sleep(10);
    return ready();
  };
  try {
    if (!(await wait(() => text.err.includes("listening on"), 5000))) throw new Error(text.err);
    await work();
    await wait(() => until?.test(text.out) ?? false, AFTER_MS);
  } finally {
    child.kill();
    await reading;
  }
  const heading = text.err.split("\n").find((line) => line.includes("listening on")) ?? "";
  return { heading, lines: text.out.split("\n").filter((line) => line !== "") };
}
