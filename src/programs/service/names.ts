// The names of services in the guides: the program's (`nova-compute`), that of Red Hat's packages (`openstack-nova-compute`),
// the window's (`n-cpu`), a systemd unit's, and patterns over all of them.

export interface NamedService {
  window: string;
  /** The program. */
  name: string;
}

/** What distributions call a program otherwise. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  "neutron-server": ["quantum-server"],
  "nova-api-metadata": ["nova-metadata-api"],
  "nova-novncproxy": ["novnc"],
  "openstack-dashboard": ["apache2", "httpd"],
  "swift-proxy-server": ["swift-proxy"],
};

/** Those a name or a pattern stands for, in start order. */
export function servicesNamed<S extends NamedService>(pattern: string, services: readonly S[]): S[] {
  const glob = new Bun.Glob(pattern.replace(/\.service$/, ""));
  return services.filter((service) => namesOf(service).some((name) => glob.match(name)));
}

function namesOf({ window, name }: NamedService): string[] {
  const programs = [name, ...(ALIASES[name] ?? [])];
  return [window, ...programs, ...programs.map((program) => `openstack-${program}`)];
}

/** Upstart's line of a job. */
export function stateLine(name: string, state: string, pid: number): string {
  const says: Record<string, string> = {
    running: `start/running, process ${pid}`,
    starting: `start/starting, process ${pid}`,
    stopping: `stop/stopping, process ${pid}`,
    failed: "stop/failed",
  };
  return `${name} ${says[state] ?? "stop/waiting"}`;
}
