// Programs of the host: ip, nsenter, mount. Nothing goes through a shell.

import { GuestOperationFailed } from "../driver.ts";

/** Where they are when the path of an ordinary user does not name their folders. */
const FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

/** Where failing is an answer. */
export async function attempt(
  argv: readonly string[],
  input = "",
): Promise<{ status: number; output: string; complaint: string }> {
  const path = `${process.env["PATH"] ?? ""}:${FOLDERS}`;
  const [name = "", ...rest] = argv;
  const child = Bun.spawn([Bun.which(name, { PATH: path }) ?? name, ...rest], {
    stdin: new TextEncoder().encode(input),
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, PATH: path },
  });
  const [output, complaint, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, output, complaint: complaint.trim() };
}

/** What it printed. @throws GuestOperationFailed */
export async function run(argv: readonly string[], input = ""): Promise<string> {
  const { status, output, complaint } = await attempt(argv, input);
  if (status !== 0)
    throw new GuestOperationFailed(`${argv.join(" ")}: ${complaint || `exit status ${status}`}`);
  return output;
}
