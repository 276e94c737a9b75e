// A window of the terminal UI as a model: what it would draw, without a terminal.

export interface Pane {
  readonly title: string;
  /** A service that is not running. */
  readonly alert: boolean;
  /** Rows to draw, at most `height`; escape sequences for colour only. */
  draw(width: number, height: number): string[];
  /** Where the cursor is to be, or null to hide it. */
  cursor(width: number, height: number): { x: number; y: number } | null;
  /** What was typed while this window was current. */
  type(text: string): void;
  wheel(direction: "up" | "down"): void;
  copyMode(): void;
  resize(width: number, height: number): void;
}
