// A window of the terminal UI as a model: what it would draw, without a terminal.

export interface Cursor {
  x: number;
  y: number;
}

/** A row of a window with its history, as it stood when it was asked for. */
export interface CopyRow {
  text: string;
  /** Escape sequences for colour only. */
  drawn: string;
  /** The next row goes on with the same line. */
  continued: boolean;
}

export interface Pane {
  /** Its name at the start. */
  readonly title: string;
  /** A service that is not running. */
  readonly alert: boolean;
  /** Nothing is left of it: its window is to go. */
  readonly ended: boolean;
  /** Hears what is written into the window from now on. */
  tap: ((text: string) => void) | null;
  /** Rows to draw, at most `height`; escape sequences for colour only. */
  draw(width: number, height: number): string[];
  /** Where the cursor is to be, or null to hide it. */
  cursor(width: number, height: number): Cursor | null;
  /** What was typed while this window was current. */
  type(text: string): void;
  /** Everything it has, oldest first: what scroll-back shows. */
  history(width: number): CopyRow[];
  resize(width: number, height: number): void;
  /** Ends what runs in it. Resolves when that is done; throws what went wrong. */
  kill(): Promise<void>;
  /** Forgets what it shows. */
  clear(): void;
  /** A line for Ctrl-A i, after the sizes. */
  info(): string;
}
