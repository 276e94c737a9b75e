// A sample policy.yaml, as oslopolicy-sample-generator writes one: every rule with its default, commented out.

import type { PolicyRule } from "./rules.ts";

const WIDTH = 78;

export function samplePolicy(project: string, rules: readonly PolicyRule[]): string {
  const head = comment(
    `Who may do what in ${project}. A line counts once its first # is taken away; a change holds at once. A rule that is stated here has no legacy default any more.`,
  );
  return [head, ...rules.map(entry)].join("\n");
}

function entry({ name, check, description, legacy, scopes, formerly }: PolicyRule): string {
  let text = comment(description);
  if (scopes) text += comment(`Intended scope(s): ${scopes.join(", ")}`);
  if (legacy !== undefined)
    text += comment(`Allowed as well, until the new defaults are enforced: ${quoted(legacy)}`);
  if (formerly) text += comment(`Formerly: ${formerly.join(", ")}`);
  return `${text}#${quoted(name)}: ${quoted(check)}\n`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function comment(text: string): string {
  let out = "";
  let line = "#";
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > WIDTH && line !== "#") {
      out += `${line}\n`;
      line = "#";
    }
    line += ` ${word}`;
  }
  return `${out}${line}\n`;
}
