// How this program starts itself again: the compiled binary, or `bun src/main.ts` during development.

export function selfCommand(args: readonly string[]): string[] {
  const compiled = !/[/\\]bun(-debug)?(\.exe)?$/.test(process.execPath);
  return compiled ? [process.execPath, ...args] : [process.execPath, "run", Bun.main, ...args];
}
