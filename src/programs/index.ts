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
    name: "nova-manage",
    summary: "nova's services as its own tool shows them: :-) alive, XXX not heard of in time",
    example: "stack nova-manage service list",
    load: async () => (await import("./nova-manage/index.ts")).novaManage,
  },
  {
    name: "glance-manage",
    summary: "the schema of the image service: db_sync",
    example: "stack glance-manage db_sync",
    load: async () =>
      (await import("./db-sync.ts")).dbSync("glance-manage", "glance", ["db_sync", "db sync"]),
  },
  {
    name: "cinder-manage",
    summary: "the schema of the volume service: db sync",
    example: "stack cinder-manage db sync",
    load: async () => (await import("./db-sync.ts")).dbSync("cinder-manage", "cinder", ["db sync"]),
  },
  {
    name: "mysql",
    summary: "the SQL shell of the courses, on the databases of the cloud",
    example: 'stack mysql -u root -p -e "show databases"',
    load: async () => (await import("./mysql/index.ts")).mysql,
  },
];

export function findProgram(name: string): Program | undefined {
  return programs.find((program) => program.name === name);
}

/** The program that a link to the binary stands for. */
export function programOfLink(argv0: string): Program | undefined {
  return findProgram(basename(argv0));
}
