// Writes `stackrc.example` from the declarations of the keys.

import type { Section } from "./keys.ts";

const WIDTH = 100;

export function stackrcExample(sections: readonly Section[]): string {
  const head = [
    "# Settings of a cloud. Copy to `stackrc` and change what you need; every line below is the default.",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the file says
    "# The syntax is the shell's for assignments (KEY=value, quotes, ${OTHER:-default}, # comments), but no shell runs it.",
    "# enable_service, disable_service and disable_all_services choose the windows, and sections such as",
    "# [[post-config|$NOVA_CONF]] set options under OpenStack's own names, as in DevStack.",
  ];
  const blocks = sections.map((section) => {
    const rows = [`# ${section.title}`, `# ${"-".repeat(section.title.length)}`];
    for (const [name, spec] of Object.entries(section.keys)) {
      rows.push("");
      for (const line of wrap(spec.help)) rows.push(`# ${line}`);
      rows.push(`# (${spec.kind}${spec.option ? `; ${spec.option.replaceAll("/", " ")}` : ""})`);
      rows.push(`#${name}=${quoted(spec.default)}`);
    }
    return rows.join("\n");
  });
  return `${head.join("\n")}\n\n${blocks.join("\n\n")}\n`;
}

function quoted(value: string): string {
  return /^[\w@%+:,./-]*$/.test(value) ? value : `"${value}"`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
