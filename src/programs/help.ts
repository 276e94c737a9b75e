// Usage and help texts in argparse's layout (Python 2.7), with the headings and column of the OpenStack clients'
// formatter (python-keystoneclient's OpenStackHelpFormatter): options start at column 24, or as far right as 32 when the
// names of subcommands need it.

import { type ArgumentSpec, destOf, type OptionSpec, type ParserSpec, type UsageFailure } from "./options.ts";

const MAX_HELP_POSITION = 24;
const MAX_WIDTH_ARGUMENTS = 32;
const INDENT_BEFORE_ARGUMENTS = 6;

export interface Layout {
  /** Columns of the terminal, from COLUMNS. */
  columns: number;
}

export function layoutOf(env: Record<string, string | undefined>): Layout {
  const columns = Number(env["COLUMNS"] ?? "80");
  return { columns: Number.isInteger(columns) && columns > 10 ? columns : 80 };
}

/** What is printed to standard error for a wrong command line. */
export function usageError(failure: UsageFailure, layout: Layout): string {
  return `${usage(failure.parser, layout)}${failure.parser.prog}: error: ${failure.message}\n`;
}

/** `usage: ...`, wrapped, with a newline. */
export function usage(parser: ParserSpec, { columns }: Layout): string {
  const width = columns - 2;
  const prefix = "usage: ";
  const options = shownOptions(parser).map(usageOfOption);
  const args = (parser.args ?? []).map(usageOfArgument);
  if (parser.commands) args.push(`${parser.commands.metavar} ...`);
  const line = [parser.prog, ...options, ...args].join(" ");
  if (prefix.length + line.length <= width) return `${prefix}${line}\n`;
  const split = (parts: readonly string[]) => parts.join(" ").match(/\(.*?\)+|\[.*?\]+|\S+/g) ?? [];
  const indent = " ".repeat(prefix.length + parser.prog.length + 1);
  const lines = fillParts([parser.prog, ...split(options)], indent, width, prefix);
  lines.push(...fillParts(split(args), indent, width, null));
  return `${prefix}${lines.join("\n")}\n`;
}

function fillParts(parts: readonly string[], indent: string, width: number, prefix: string | null): string[] {
  const lines: string[] = [];
  let line: string[] = [];
  let length = (prefix ?? indent).length - 1;
  for (const part of parts) {
    if (length + 1 + part.length > width && line.length > 0) {
      lines.push(indent + line.join(" "));
      line = [];
      length = indent.length - 1;
    }
    line.push(part);
    length += part.length + 1;
  }
  if (line.length > 0) lines.push(indent + line.join(" "));
  if (prefix !== null && lines[0] !== undefined) lines[0] = lines[0].slice(indent.length);
  return lines;
}

export function help(parser: ParserSpec, layout: Layout): string {
  const width = layout.columns - 2;
  const commands = parser.commands?.list ?? [];
  const sections = sectionsOf(parser);
  let maxPosition = MAX_HELP_POSITION;
  for (const { name } of commands) {
    const length = name.length + INDENT_BEFORE_ARGUMENTS;
    if (length > maxPosition && length <= MAX_WIDTH_ARGUMENTS) maxPosition = length;
  }
  const longest = Math.max(
    0,
    ...sections.flatMap(({ rows }) => rows.map((row) => row.head.length + row.indent)),
  );
  const position = Math.min(longest + 2, maxPosition);
  const texts = sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ heading, rows }) => `${heading}:\n${rows.map((row) => drawRow(row, position, width)).join("")}`);
  const blocks = [usage(parser, layout)];
  if (parser.description) blocks.push(fill(parser.description, width));
  blocks.push(...texts);
  if (parser.epilog) blocks.push(fill(parser.epilog, width));
  return blocks.join("\n");
}

interface Row {
  indent: number;
  head: string;
  text: string;
}

function sectionsOf(parser: ParserSpec): { heading: string; rows: Row[] }[] {
  const args = (parser.args ?? []).map(({ metavar, help: text = "" }) => ({
    indent: 2,
    head: metavar,
    text,
  }));
  const options = shownOptions(parser).map((option) => ({
    indent: 2,
    head: headOfOption(option),
    text: option.help ?? "",
  }));
  if (parser.group !== undefined) return [{ heading: parser.group, rows: [...args, ...options] }];
  const commands = parser.commands
    ? [
        { indent: 2, head: parser.commands.metavar, text: "" },
        ...parser.commands.list.map(({ name, help: text }) => ({ indent: 4, head: name, text })),
      ]
    : [];
  return [
    { heading: "Positional arguments", rows: [...args, ...commands] },
    { heading: "Optional arguments", rows: options },
  ];
}

function drawRow({ indent, head, text }: Row, position: number, width: number): string {
  const start = " ".repeat(indent) + head;
  if (text === "") return `${start}\n`;
  const lines = wrap(text, Math.max(11, width - position));
  const column = " ".repeat(position);
  if (head.length <= position - indent - 2) {
    return `${start.padEnd(position)}${lines.join(`\n${column}`)}\n`;
  }
  return `${start}\n${column}${lines.join(`\n${column}`)}\n`;
}

function shownOptions(parser: ParserSpec): OptionSpec[] {
  return parser.options.filter(({ help: text }) => text !== null);
}

function metavarOf(option: OptionSpec): string {
  const name = option.metavar ?? destOf(option).toUpperCase();
  return option.kind === "optional" ? `[${name}]` : name;
}

function headOfOption(option: OptionSpec): string {
  if (option.kind === "flag") return option.names.join(", ");
  return option.names.map((name) => `${name} ${metavarOf(option)}`).join(", ");
}

function usageOfOption(option: OptionSpec): string {
  const text = option.kind === "flag" ? option.names[0]! : `${option.names[0]!} ${metavarOf(option)}`;
  return option.required ? text : `[${text}]`;
}

function usageOfArgument({ metavar, optional, many }: ArgumentSpec): string {
  if (many) return many === "some" ? `${metavar} [${metavar} ...]` : `[${metavar} [${metavar} ...]]`;
  return optional ? `[${metavar}]` : metavar;
}

function fill(text: string, width: number): string {
  return `${wrap(text, width).join("\n")}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
