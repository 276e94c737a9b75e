// The cloud's settings: defaults from the declarations, then the environment, then the rc file, then the command line.

import type { ConfOptions } from "./conf-files.ts";
import type { KeySpec, Section, Values } from "./keys.ts";
import type { ParsedRc } from "./stackrc.ts";

export class ConfigError extends Error {
  override name = "ConfigError";
}

/** DevStack variables that mean something only there: accepted, named in a warning, without effect. */
const MEANINGLESS =
  /^(.*_(BRANCH|REPO|DIR|BIN_DIR|UWSGI|UWSGI_CONF)|(MYSQL|RABBIT|DATABASE|LDAP)_\w+|DEST|RECLONE|OFFLINE|PIP_\w+|GIT_\w+|LOGFILE|LOG_COLOR|LOGDAYS|VERBOSE\w*|ERROR_ON_CLONE|USE_\w+|STACK_USER|UPGRADE_MODE|LIBS_FROM_GIT|TEMPEST_\w+|Q_\w+|ML2_\w+|OVN_\w+|OVS_\w+|ENABLE_\w+|HOST_IPV6|SERVICE_IP_VERSION|IP_VERSION|WSGI_MODE|GLOBAL_VENV|INSTALL_\w+)$/;

export interface ConfigSources {
  /** Sections of every service, enabled or not: so that any key in the file is known. */
  sections: readonly Section[];
  env: Record<string, string | undefined>;
  rc: ParsedRc | null;
  /** OpenStack's own files as the operator has edited them: they go before the rc file. */
  conf?: ConfOptions;
  /** From `--set KEY=VALUE` and from flags that stand for a key. */
  overrides?: Record<string, string>;
}

export class Config {
  #values = new Map<string, string>();
  readonly warnings: string[] = [];
  readonly rc: ParsedRc | null;
  #conf: ConfOptions;

  /** @throws ConfigError that names every bad value at once. */
  constructor(sources: ConfigSources) {
    this.rc = sources.rc;
    this.#conf = sources.conf ?? new Map();
    const problems: string[] = [];
    const known = new Map<string, KeySpec<unknown>>();
    for (const s of sources.sections) for (const [name, k] of Object.entries(s.keys)) known.set(name, k);
    const take = (name: string, spec: KeySpec<unknown>, text: string, where: string) => {
      try {
        spec.parse(text);
        this.#values.set(name, text);
      } catch (error) {
        problems.push(`${where}: ${name} must be ${(error as Error).message}, not "${text}"`);
      }
    };
    for (const [name, spec] of known) {
      this.#values.set(name, spec.default);
      const text = sources.env[name];
      if (text !== undefined) take(name, spec, text, "environment");
      for (const path of [...(spec.formerOptions ?? []), spec.option ?? []].flat()) {
        const option = path.split("/");
        const value = sources.rc?.options.get(option[0]!)?.get(option[1]!)?.get(option[2]!);
        if (value !== undefined) take(name, spec, value, option.join("/"));
      }
    }
    for (const [name, { value, file, line }] of sources.rc?.values ?? []) {
      const spec = known.get(name);
      if (spec) take(name, spec, value, `${file}:${line}`);
      else this.#reportUnknown(name, [...known.keys()], `${file}:${line}`);
    }
    for (const [name, spec] of known) {
      for (const path of [...(spec.formerOptions ?? []), spec.option ?? []].flat()) {
        const [file, group, option] = path.split("/");
        const value = sources.conf?.get(file!)?.get(group!)?.get(option!);
        if (value !== undefined) take(name, spec, value, path);
      }
    }
    for (const [name, value] of Object.entries(sources.overrides ?? {})) {
      const spec = known.get(name);
      if (spec) take(name, spec, value, "command line");
      else problems.push(`command line: no setting is called ${name}${hint(name, [...known.keys()])}`);
    }
    this.warnings.push(...(sources.rc?.warnings ?? []));
    if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  }

  /** What a file of OpenStack's own says: the rc file's meta-sections, and over them the file itself. */
  options(file: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const [said, edited] = [this.rc?.options.get(file), this.#conf.get(file)];
    if (!said || !edited) return edited ?? said ?? new Map();
    const groups = new Map<string, ReadonlyMap<string, string>>(said);
    for (const [group, options] of edited)
      groups.set(group, new Map([...(said.get(group) ?? []), ...options]));
    return groups;
  }

  /** A section's settings, parsed. */
  values<S extends Section>(section: S): Values<S> {
    const out: Record<string, unknown> = {};
    for (const [name, spec] of Object.entries(section.keys)) {
      out[name] = spec.parse(this.#values.get(name) ?? spec.default);
    }
    return out as Values<S>;
  }

  #reportUnknown(name: string, known: string[], at: string): void {
    if (MEANINGLESS.test(name)) this.warnings.push(`${at}: ${name} has no effect here`);
    // A lower-case or private name is a helper of the file's own (`${my_net}`), not a mistyped setting.
    else if (/^[A-Z][A-Z0-9_]*$/.test(name)) {
      this.warnings.push(`${at}: no setting is called ${name}${hint(name, known)}`);
    }
  }
}

/** `; did you mean HOST_IP?` when some known name is close enough. */
function hint(name: string, known: string[]): string {
  let best = "";
  let bestDistance = Math.max(2, Math.floor(name.length / 4)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name, candidate, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === "" ? "" : `; did you mean ${best}?`;
}

/** Levenshtein's distance, or `limit` when it is at least that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return Math.min(row[b.length]!, limit);
}
