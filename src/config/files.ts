// OpenStack's own configuration files, by project: what `[[post-config|$NOVA_CONF]]` sections fill.

export const CONFIG_FILES: Readonly<Record<string, readonly string[]>> = {
  keystone: ["keystone.conf"],
  glance: ["glance-api.conf", "glance-registry.conf"],
  placement: ["placement.conf"],
  nova: ["nova.conf"],
  cinder: ["cinder.conf"],
  neutron: ["neutron.conf"],
  swift: ["proxy-server.conf"],
};

/** What a file says: group → option → value. */
interface Options {
  options(file: string): ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** What a project's files say under `[DEFAULT]`; the first file that has it. */
export function defaultOption(config: Options, project: string, name: string): string | undefined {
  for (const file of CONFIG_FILES[project] ?? []) {
    const value = config.options(file).get("DEFAULT")?.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}
