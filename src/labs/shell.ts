// Shell commands of a lab: its preparation, its solution, and checks that look at the machine.

export interface ShellOutcome {
  status: number;
  out: string;
  err: string;
}

export interface ShellOptions {
  env: Record<string, string>;
  cwd: string;
  /** Stops at the first command that fails. */
  strict: boolean;
  timeoutSeconds: number;
}

/** What is still running then is ended. */
export async function shell(script: string, options: ShellOptions): Promise<ShellOutcome> {
  const child = Bun.spawn(["sh", options.strict ? "-ec" : "-c", script], {
    cwd: options.cwd,
    env: options.env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.timeoutSeconds * 1000,
  });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, out, err };
}
