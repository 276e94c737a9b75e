// What a plugin is given and must return. This file imports nothing: it can be put beside a plugin as its
// types. A plugin imports nothing at run time; what it needs is handed in as `tools`, always the last argument.
//
// A plugin runs in a thread of its own. What it throws fails the request in hand, and is logged with file and line in
// the n-sch window; what takes longer than PLUGIN_TIMEOUT is stopped. It is read again by `stack restart n-sch`.

/** Who asked for the servers. */
export interface SchedulerContext {
  /** `req-...` */
  requestId: string;
  userId: string | null;
  userName: string | null;
  projectId: string | null;
  projectName: string | null;
  roles: readonly string[];
  isAdmin: boolean;
  /** Address of the client, as the compute API saw it. */
  remoteAddress: string;
}

/** A context that can be made an administrator's. */
export interface PluginContext extends SchedulerContext {
  elevated(): PluginContext;
}

/** The server's flavor. */
export interface InstanceType {
  id: number;
  flavorid: string;
  name: string;
  memory_mb: number;
  vcpus: number;
  root_gb: number;
  ephemeral_gb: number;
  swap: number;
  extra_specs: Record<string, string>;
}

/** Keys are those of OpenStack Folsom's request_spec. */
export interface RequestSpec {
  instance_uuids: string[];
  num_instances: number;
  instance_type: InstanceType;
  instance_properties: {
    uuid: string;
    display_name: string | null;
    project_id: string;
    user_id: string | null;
    /** Which server of the request this is, from 0. What is set here when a server is run is kept. */
    launch_index: number;
    host: string | null;
    [column: string]: unknown;
  };
  image: { id: string | null; properties: Record<string, string>; min_ram: number; min_disk: number };
  security_group: string[];
  [key: string]: unknown;
}

export interface FilterProperties {
  /** `os:scheduler_hints` of the request. */
  scheduler_hints: Record<string, unknown>;
  availability_zone: string | null;
  ignore_hosts: string[];
  /** Null at the first try. */
  retry: { num_attempts: number; hosts: string[] } | null;
  [key: string]: unknown;
}

/** An instance as `runInstance` and `prepResize` name it. */
export interface InstanceRef {
  uuid: string;
}

/** A compute host that has room for the server. */
export interface HostFacts {
  host: string;
  nodename: string;
  /** Its nova-compute is enabled and was heard of lately. */
  up: boolean;
  disabled: boolean;
  host_ip: string | null;
  hypervisor_type: string;
  vcpus_total: number;
  vcpus_used: number;
  total_usable_ram_mb: number;
  free_ram_mb: number;
  total_usable_disk_gb: number;
  free_disk_mb: number;
  num_instances: number;
  num_io_ops: number;
  cpu_allocation_ratio: number;
  ram_allocation_ratio: number;
  disk_allocation_ratio: number;
  /** Metadata of the aggregates it is in: every value of each key. */
  aggregate_metadata: Record<string, string[]>;
}

/** Lines in the n-sch window, under `nova.scheduler.FILE`. A DEBUG line ends with where it was written. */
export interface PluginLog {
  debug(text: string): void;
  info(text: string): void;
  warning(text: string, error?: unknown): void;
  error(text: string, error?: unknown): void;
}

export interface PluginTools {
  log: PluginLog;
}

export interface SchedulerTools extends PluginTools {
  /** Names of the hosts with room whose service is enabled and alive. A driver's own `hostsUp` takes its place. */
  hostsUp(context: PluginContext, topic: string): string[];
  /** The hosts with room, alive or not. */
  hosts(): Promise<HostFacts[]>;
  /** `throw new tools.NoValidHost(reason)`: the fault of the server says "No valid host was found. REASON". */
  NoValidHost: new (
    reason: string,
  ) => Error;
  /** Sends a server to that host. */
  runInstance(
    context: PluginContext,
    run: { instance: InstanceRef; host: string; requestSpec?: RequestSpec },
  ): void;
  /** Sends a server that is resized or moved to that host. */
  prepResize(context: PluginContext, move: { instance: InstanceRef; host: string }): void;
  /** Sends a server that is moved while it runs to that host. */
  liveMigration(context: PluginContext, move: { instance: InstanceRef; dest: string }): void;
  /** Puts a server into ERROR with that fault; the others of the request go on. */
  handleScheduleError(
    context: PluginContext,
    error: unknown,
    instanceUuid: string,
    requestSpec?: RequestSpec,
  ): void;
}

export interface RunInstance {
  requestSpec: RequestSpec;
  adminPassword: string | null;
  injectedFiles: { path: string; contents: string }[];
  requestedNetworks: unknown;
  /** False when the servers failed on a host and are tried again. */
  isFirstTime: boolean;
  filterProperties: FilterProperties;
}

export interface PrepResize {
  image: RequestSpec["image"];
  requestSpec: RequestSpec;
  filterProperties: FilterProperties;
  instance: RequestSpec["instance_properties"];
  /** The flavor it is to have. */
  instanceType: InstanceType;
  reservations: unknown[];
}

export interface LiveMigration {
  instance: RequestSpec["instance_properties"];
  /** The host that was asked for. */
  dest: string | null;
  blockMigration: boolean;
  requestSpec: RequestSpec;
  filterProperties: FilterProperties;
}

type MaybePromise<T> = T | Promise<T>;

/**
 * A scheduler: `SCHEDULER_DRIVER=/path/file.ts`, or `compute_scheduler_driver=nova.scheduler.FILE.CLASS` with FILE.ts
 * in the plugin folder. The two `schedule` methods without a question mark are its duty, the rest it inherits.
 */
export interface SchedulerDriver {
  /** Every server of the request is either sent to a host or given an error. */
  scheduleRunInstance(context: PluginContext, run: RunInstance, tools: SchedulerTools): MaybePromise<void>;
  schedulePrepResize(context: PluginContext, move: PrepResize, tools: SchedulerTools): MaybePromise<void>;
  /** Inherited: the host that was asked for, or any that is up. */
  scheduleLiveMigration?(
    context: PluginContext,
    move: LiveMigration,
    tools: SchedulerTools,
  ): MaybePromise<void>;
  /** In place of `tools.hostsUp`. */
  hostsUp?(context: PluginContext, topic: string, tools: SchedulerTools): MaybePromise<string[]>;
  /** Told before servers are placed of every host that is new or has changed. */
  updateServiceCapabilities?(
    capabilities: HostFacts,
    service: string,
    tools: PluginTools,
  ): MaybePromise<void>;
}

/** What is to be placed, for filters and weighers. */
export interface PlacementRequest {
  context: SchedulerContext;
  requestSpec: RequestSpec;
  filterProperties: FilterProperties;
}

/** A filter: named by its path, or by its file's name, in SCHEDULER_FILTERS (`enabled_filters`). */
export interface SchedulerFilter {
  /** True lets the host through. */
  passes(host: HostFacts, request: PlacementRequest, tools: PluginTools): MaybePromise<boolean>;
  /** Its answer is the same for all servers of one request: asked for the first only. */
  oncePerRequest?: boolean;
}

/** A weigher: named in SCHEDULER_WEIGHERS (`weight_classes`). */
export interface SchedulerWeigher {
  /** The more, the better; brought between 0 and 1 over all hosts. */
  weigh(host: HostFacts, request: PlacementRequest, tools: PluginTools): MaybePromise<number>;
  /** How much it counts beside the others: 1 by default. */
  multiplier?: number;
}

/** A request to a service, as API middleware sees it. Tokens are shown as `***`. */
export interface ApiRequest {
  method: string;
  /** As sent, with its query: `/v2.1/servers/detail?limit=1`. */
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  remoteAddress: string;
}

/** An answer in the service's place. A body that is no text is sent as JSON. */
export interface ApiReply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** In front of a service: `API_MIDDLEWARE=n-api:FILE`. It has one of these, or both. */
export interface ApiMiddleware {
  /** Nothing lets the request through. */
  request?(request: ApiRequest, tools: PluginTools): MaybePromise<ApiReply | null | undefined>;
  /** Told afterwards; nobody waits for it. */
  answered?(
    request: ApiRequest,
    answer: { status: number; seconds: number },
    tools: PluginTools,
  ): MaybePromise<void>;
}

/** In the form of oslo.messaging. */
export interface NotificationMessage {
  message_id: string;
  /** `compute.c01` */
  publisher_id: string;
  /** `compute.instance.create.end` */
  event_type: string;
  priority: "INFO" | "WARN" | "ERROR" | "SAMPLE";
  // biome-ignore lint/suspicious/noExplicitAny: a shape for each event
  payload: any;
  /** `2013-02-27 17:39:31.123000`, UTC */
  timestamp: string;
  [context: `_context_${string}`]: unknown;
}

/** Told of what happens: `NOTIFICATION_LISTENERS=FILE`. One notification after the other. */
export interface NotificationListener {
  notified(notification: NotificationMessage, tools: PluginTools): MaybePromise<void>;
}
