// The form of a program of the time: what it is called, how it is loaded, what it may use.

export interface ProgramIo {
  env: Record<string, string | undefined>;
  out: (text: string) => void;
  err: (text: string) => void;
}

/** Returns the exit status; errors that a user can cause are printed by the program, in its own words. */
export type ProgramMain = (argv: readonly string[], io: ProgramIo) => Promise<number>;

export interface Program {
  /** Also the name of the link to the binary that starts it. */
  name: string;
  summary: string;
  example: string;
  load(): Promise<ProgramMain>;
}
