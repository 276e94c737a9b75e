// Reads a `stackrc`, `localrc` or `local.conf`. The syntax is the shell's for assignments, but no shell ever sees it:
//   KEY=value   KEY="two words"   export KEY=value   KEY=${OTHER:-default}   KEY+=" more"   # comment
//   enable_service a b   disable_service a   disable_all_services   enable_plugin ... (named in a warning)
//   [[local|localrc]]   [[post-config|$NOVA_CONF]] with oslo.config sections below it
// Authority for names and meta-sections: DevStack's `stackrc`, `functions-common` and its configuration documentation.

export interface Assignment {
  value: string;
  file: string;
  line: number;
}

export interface Switch {
  action: "enable" | "disable" | "disable-all";
  services: string[];
}

export interface ParsedRc {
  values: Map<string, Assignment>;
  /** In the order written. */
  switches: Switch[];
  /** `nova.conf` → group → option → value. */
  options: Map<string, Map<string, Map<string, string>>>;
  warnings: string[];
}

export class StackrcError extends Error {
  override name = "StackrcError";
}

/** DevStack's names of configuration files, as they stand in a meta-section's heading. */
const CONF_FILES: Record<string, string> = {
  KEYSTONE_CONF: "keystone.conf",
  GLANCE_API_CONF: "glance-api.conf",
  NOVA_CONF: "nova.conf",
  NOVA_CPU_CONF: "nova.conf",
  CINDER_CONF: "cinder.conf",
  NEUTRON_CONF: "neutron.conf",
  Q_PLUGIN_CONF_FILE: "ml2_conf.ini",
  NEUTRON_CORE_PLUGIN_CONF: "ml2_conf.ini",
  Q_L3_CONF_FILE: "l3_agent.ini",
  Q_DHCP_CONF_FILE: "dhcp_agent.ini",
  Q_META_CONF_FILE: "metadata_agent.ini",
  PLACEMENT_CONF: "placement.conf",
  SWIFT_CONFIG_PROXY_SERVER: "proxy-server.conf",
  SWIFT_CONF: "swift.conf",
};

const ASSIGNMENT = /^(?:export\s+|declare\s+(?:-\w+\s+)?|readonly\s+)?([A-Za-z_][A-Za-z0-9_]*)(\+?)=(.*)$/s;

/**
 * @param env what `${NAME}` may refer to beside the file's own earlier assignments
 * @throws StackrcError with file and line for text that cannot be understood
 */
export function parseStackrc(text: string, file: string, env: Record<string, string | undefined>): ParsedRc {
  const rc: ParsedRc = { values: new Map(), switches: [], options: new Map(), warnings: [] };
  let conf: { file: string; group: string } | null = null;
  const rows = text.split("\n");
  for (let i = 0; i < rows.length; i++) {
    const line = i + 1;
    let row = rows[i]!.replace(/\r$/, "");
    const meta = /^\s*\[\[\s*([\w-]+)\s*\|\s*(.+?)\s*\]\]\s*$/.exec(row);
    if (meta) {
      conf = metaSection(meta[1]!, meta[2]!, rc, `${file}:${line}`);
      continue;
    }
    if (conf) {
      conf = confRow(row, conf, rc, `${file}:${line}`);
      continue;
    }
    while (row.endsWith("\\") && i + 1 < rows.length) row = row.slice(0, -1) + rows[++i]!;
    while (hasOpenQuote(row) && i + 1 < rows.length) row += `\n${rows[++i]!}`;
    const statement = row.trim();
    if (statement === "" || statement.startsWith("#")) continue;
    shellRow(statement, rc, env, file, line);
  }
  return rc;
}

function shellRow(
  statement: string,
  rc: ParsedRc,
  env: Record<string, string | undefined>,
  file: string,
  line: number,
): void {
  const at = `${file}:${line}`;
  const lookup = (name: string) => rc.values.get(name)?.value ?? env[name];
  const assignment = ASSIGNMENT.exec(statement);
  if (assignment) {
    const [, name, plus, raw] = assignment as unknown as [string, string, string, string];
    const value = expandWord(raw, lookup, at);
    const before = plus ? (lookup(name) ?? "") : "";
    rc.values.set(name, { value: before + value, file, line });
    return;
  }
  const [word, ...rest] = statement.replace(/\s#.*$/, "").split(/\s+/);
  const services = rest
    .flatMap((arg) => expandWord(arg, lookup, at).split(","))
    .filter((name) => name !== "");
  switch (word) {
    case "enable_service":
      rc.switches.push({ action: "enable", services });
      return;
    case "disable_service":
      rc.switches.push({ action: "disable", services });
      return;
    case "disable_all_services":
      rc.switches.push({ action: "disable-all", services: [] });
      return;
    case "enable_plugin":
    case "disable_negated_services":
    case "use_library_from_git":
    case "source":
    case ".":
      rc.warnings.push(`${at}: "${word}" has no meaning here and is skipped`);
      return;
    default:
      throw new StackrcError(`${at}: cannot understand "${statement.split("\n")[0]}"; expected KEY=value`);
  }
}

function metaSection(
  phase: string,
  target: string,
  rc: ParsedRc,
  at: string,
): { file: string; group: string } | null {
  if (phase === "local") return null;
  const name = target.replace(/^\/?\$\{?(\w+)\}?$/, "$1").replace(/^.*\//, "");
  const file = CONF_FILES[name] ?? (/\.(?:conf|ini)$/.test(name) ? name : null);
  if (file === null) {
    rc.warnings.push(`${at}: no configuration file "${target}" here; its section is skipped`);
    return { file: "", group: "DEFAULT" };
  }
  return { file, group: "DEFAULT" };
}

function confRow(
  row: string,
  conf: { file: string; group: string },
  rc: ParsedRc,
  at: string,
): { file: string; group: string } {
  const text = row.trim();
  if (text === "" || text.startsWith("#") || text.startsWith(";")) return conf;
  const heading = /^\[([^\]]+)\]$/.exec(text);
  if (heading) return { file: conf.file, group: heading[1]!.trim() };
  const option = /^([^=:\s]+)\s*[=:]\s*(.*)$/.exec(text);
  if (!option) throw new StackrcError(`${at}: expected "option = value" or "[group]", found "${text}"`);
  if (conf.file === "") return conf;
  const groups = rc.options.get(conf.file) ?? new Map<string, Map<string, string>>();
  rc.options.set(conf.file, groups);
  const options = groups.get(conf.group) ?? new Map<string, string>();
  groups.set(conf.group, options);
  options.set(option[1]!, option[2]!);
  return conf;
}

/** True while a quote that was opened on the row is not closed. */
function hasOpenQuote(row: string): boolean {
  let quote: string | null = null;
  for (let i = 0; i < row.length; i++) {
    const ch = row[i]!;
    if (quote === null && ch === "#" && (i === 0 || /\s/.test(row[i - 1]!))) return false;
    if (ch === "\\" && quote !== "'") i++;
    else if (quote === null && (ch === '"' || ch === "'")) quote = ch;
    else if (ch === quote) quote = null;
  }
  return quote !== null;
}

/** One shell word: quotes, escapes, `$NAME`, `${NAME}`, `${NAME:-default}`, and a comment after a blank. */
function expandWord(raw: string, lookup: (name: string) => string | undefined, at: string): string {
  let out = "";
  let quote: '"' | "'" | null = null;
  for (let i = 0; i < raw.length; i++) {
    const ch = raw[i]!;
    if (quote === "'") {
      if (ch === "'") quote = null;
      else out += ch;
    } else if (ch === "\\" && i + 1 < raw.length) {
      const next = raw[++i]!;
      out += quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next;
    } else if (ch === '"' || (ch === "'" && quote === null)) {
      quote = quote === null ? (ch as '"' | "'") : null;
    } else if (ch === "$") {
      if (raw[i + 1] === "(" || raw[i + 1] === "`") {
        throw new StackrcError(`${at}: commands are never run; write the value itself`);
      }
      const end = raw[i + 1] === "{" ? closingBrace(raw, i + 1, at) : nameEnd(raw, i + 1);
      out += expandVariable(raw.slice(i + 1, end), lookup, at);
      i = end - 1;
    } else if (ch === "`") {
      throw new StackrcError(`${at}: commands are never run; write the value itself`);
    } else if (quote === null && /\s/.test(ch)) {
      if (/^\s*(#|;|$)/.test(raw.slice(i))) return out;
      throw new StackrcError(`${at}: a value with blanks needs quotes: ${raw.trim()}`);
    } else {
      out += ch;
    }
  }
  if (quote !== null) throw new StackrcError(`${at}: the quote ${quote} is not closed`);
  return out;
}

function nameEnd(raw: string, start: number): number {
  let end = start;
  while (end < raw.length && /[A-Za-z0-9_]/.test(raw[end]!)) end++;
  return end;
}

function closingBrace(raw: string, open: number, at: string): number {
  let depth = 0;
  for (let i = open; i < raw.length; i++) {
    if (raw[i] === "{") depth++;
    else if (raw[i] === "}" && --depth === 0) return i + 1;
  }
  throw new StackrcError(`${at}: "\${" is not closed`);
}

function expandVariable(reference: string, lookup: (name: string) => string | undefined, at: string): string {
  if (reference === "") return "$";
  const m = /^\{?([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-=])(.*))?\}?$/s.exec(reference.replace(/\}$/, ""));
  if (!m) throw new StackrcError(`${at}: cannot expand "$${reference}"`);
  const value = lookup(m[1]!);
  if (m[2] === undefined) return value ?? "";
  const missing = m[2].startsWith(":") ? value === undefined || value === "" : value === undefined;
  return missing ? expandWord(m[3]!, lookup, at) : value!;
}
