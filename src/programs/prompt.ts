// Passwords typed at a terminal, not shown (Python's getpass).

/** Null at the end of input (Ctrl-D), or when there is no terminal to ask at. */
export async function askPassword(prompt: string): Promise<string | null> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return null;
  stderr.write(prompt);
  stdin.setRawMode(true);
  stdin.resume();
  let typed = "";
  try {
    for await (const chunk of stdin) {
      for (const ch of String(chunk)) {
        if (ch === "\r" || ch === "\n") return typed;
        if (ch === "\x04") return null;
        if (ch === "\x03") throw new Interrupted();
        if (ch === "\x7f" || ch === "\b") typed = typed.slice(0, -1);
        else if (ch === "\x15") typed = "";
        else typed += ch;
      }
    }
    return null;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\n");
  }
}

/** Asked twice until both are alike; null where getpass would meet the end of input. */
export async function askNewPassword(): Promise<string | null> {
  for (;;) {
    const first = await askPassword("New Password: ");
    if (first === null) return null;
    const second = await askPassword("Repeat New Password: ");
    if (second === null) return null;
    if (first === second) return first;
  }
}

/** Ctrl-C at a prompt. */
export class Interrupted extends Error {
  override name = "Interrupted";
}
