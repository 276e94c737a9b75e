// The logger of tests: keeps every line, and fails the test that logs an error it did not announce (miniflare's idea).

import { FakeClock } from "./clock.ts";
import { LogBook, type LogLine } from "./log.ts";

export interface TestLog {
  book: LogBook;
  lines: LogLine[];
  /** Announces that an error line containing `text` is expected. */
  expectError(text: string): void;
  /** Throws when an error was logged that nobody announced; call it in `afterEach`. */
  assertQuiet(): void;
}

export function testLog(clock = new FakeClock()): TestLog {
  const book = new LogBook({ clock, pid: 4118 });
  const lines: LogLine[] = [];
  const expected: string[] = [];
  book.listen((line) => lines.push(line));
  const loud = (line: LogLine) => line.level === "ERROR" || line.level === "CRITICAL";
  return {
    book,
    lines,
    expectError: (text) => expected.push(text),
    assertQuiet() {
      const surprise = lines.find(
        (line) =>
          loud(line) && !/ \d+ TRACE /.test(line.text) && !expected.some((text) => line.text.includes(text)),
      );
      if (surprise) {
        const at = lines.indexOf(surprise);
        throw new Error(
          `unexpected error in the log:\n${lines
            .slice(at, at + 12)
            .map((line) => line.text)
            .join("\n")}`,
        );
      }
    },
  };
}
