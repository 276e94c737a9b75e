// The programs of 2012-2014 which the binary carries: `stack NAME ARGS`, or a link called NAME to the binary. Each is
// loaded when it is asked for, so that it starts in milliseconds. A further one is a folder and a row here.

import { basename } from "node:path";
import type { Program } from "./program.ts";

export const programs: readonly Program[] = [
  {
    name: "keystone",
    summary: "the identity client of the v2.0 API, with its tables",
    example: "stack keystone tenant-list",
    load: async () => (await import("./keystone/index.ts")).keystone,
  },
  {
    name: "keystone-manage",
    summary: "the operators' tool of the identity service: db_sync, bootstrap, fernet_rotate",
    example: "stack keystone-manage bootstrap --bootstrap-password secret",
    load: async () => (await import("./keystone-manage/index.ts")).keystoneManage,
  },
  {
    name: "keystone-all",
    summary: "the identity service alone, on its two ports, with what is in keystone.db and nothing else",
    example: "stack keystone-all --set SERVICE_TOKEN=ADMIN",
    load: async () => (await import("./keystone-all.ts")).keystoneAll,
  },
  {
    name: "nova",
    summary: "the compute client of 2012-2014, with the verbs that are gone since",
    example: "stack nova secgroup-list-rules default",
    load: async () => (await import("./nova/index.ts")).nova,
  },
  {
    name: "nova-manage",
    summary: "nova's services as its own tool shows them: :-) alive, XXX not heard of in time",
    example: "stack nova-manage service list",
    load: async () => (await import("./nova-manage/index.ts")).novaManage,
  },
  {
    name: "glance",
    summary: "the image client of 2012-2014, with the verbs of 2011: index, add, details",
    example: "stack glance image-list",
    load: async () => (await import("./glance/index.ts")).glance,
  },
  {
    name: "glance-manage",
    summary: "the operators' tool of the image service: db_sync, db purge, metadata definitions",
    example: "stack glance-manage db check",
    load: async () => (await import("./glance-manage/index.ts")).glanceManage,
  },
  {
    name: "glance-cache-manage",
    summary: "what the image service's cache holds, and what waits for it",
    example: "stack glance-cache-manage list-cached",
    load: async () => (await import("./glance-cache-manage.ts")).glanceCacheManage,
  },
  {
    name: "cinder-manage",
    summary: "block storage's own tool: host list, service list, db sync",
    example: "stack cinder-manage host list",
    load: async () => (await import("./cinder-manage/index.ts")).cinderManage,
  },
  {
    name: "nova-status",
    summary: "whether the compute service is fit for its release",
    example: "stack nova-status upgrade check",
    load: async () => (await import("./nova-status/index.ts")).novaStatus,
  },
  {
    name: "quantum",
    summary: "the client of the network service under its first name: hands over to neutron",
    example: "stack quantum net-list",
    load: async () => (await import("./quantum.ts")).quantum,
  },
  {
    name: "ovs-vsctl",
    summary: "bridges and what is plugged into them, in Open vSwitch's words; they are Linux's own",
    example: "stack ovs-vsctl add-port br-ex eth2",
    load: async () => (await import("./ovs-vsctl.ts")).ovsVsctl,
  },
  {
    name: "service",
    summary: "services by the names of the guides: service nova-compute restart",
    example: "stack service nova-compute status",
    load: async () => (await import("./service/index.ts")).service,
  },
  {
    name: "systemctl",
    summary: "the same as units: start, status, enable, mask",
    example: "stack systemctl mask nova-compute",
    load: async () => (await import("./service/systemctl.ts")).systemctl,
  },
  {
    name: "chkconfig",
    summary: "whether a service starts with the cloud",
    example: "stack chkconfig openstack-nova-api on",
    load: async () => (await import("./service/systemctl.ts")).chkconfig,
  },
  {
    name: "ps",
    summary: "the services as processes, and what they have started",
    example: "stack ps aux | grep nova-",
    load: async () => (await import("./service/ps.ts")).ps,
  },
  {
    name: "openstack-config",
    summary: "sets an option in one of the cloud's configuration files",
    example: "stack openstack-config --set /etc/nova/nova.conf DEFAULT cpu_allocation_ratio 2.0",
    load: async () => (await import("./openstack-config/index.ts")).openstackConfig,
  },
  {
    name: "swift-ring-builder",
    summary: "the rings of the object store: which devices there are, and who leaves the cluster",
    example: "stack swift-ring-builder object.builder",
    load: async () => (await import("./swift-ring-builder/index.ts")).swiftRingBuilder,
  },
  {
    name: "mysql",
    summary: "the SQL shell of the courses, on the databases of the cloud",
    example: 'stack mysql -u root -p -e "show databases"',
    load: async () => (await import("./mysql/index.ts")).mysql,
  },
  {
    name: "mysqldump",
    summary: "the databases of the cloud as SQL, as the guides back them up",
    example: "stack mysqldump --opt nova > nova.sql",
    load: async () => (await import("./mysqldump.ts")).mysqldump,
  },
];

export function findProgram(name: string): Program | undefined {
  return programs.find((program) => program.name === name) ?? foreground(name);
}

/** The program that a link to the binary stands for. */
export function programOfLink(argv0: string): Program | undefined {
  return findProgram(basename(argv0));
}

/** A daemon's name: that service in the foreground. They are many, and not listed among the programs. */
function foreground(name: string): Program | undefined {
  if (!/^(cinder|glance|neutron|nova|placement|swift)-(?!manage$|status$)[a-z-]+$/.test(name))
    return undefined;
  return {
    name,
    summary: `${name} of the running cloud in the foreground`,
    example: `stack ${name}`,
    load: async () => (await import("./service/daemon.ts")).daemon(name),
  };
}
