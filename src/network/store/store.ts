// All tables of the network services. Statements that join or count stand beside, one file per subject.

import type { Clock } from "../../core/clock.ts";
import { sqlSeconds } from "../../core/times.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import * as t from "../tables.ts";
import { AddressStore } from "./addresses.ts";
import { AgentCounts } from "./agent-counts.ts";
import { BindingStore } from "./bindings.ts";
import { FloatingStore } from "./floating.ts";
import { ResourceRows } from "./resource-rows.ts";
import { VifStore } from "./vifs.ts";

export class NetworkStore {
  readonly db: ProjectDatabase;
  readonly networks: ResourceRows<typeof t.networks>;
  readonly subnets: ResourceRows<typeof t.subnets>;
  readonly pools: ResourceRows<typeof t.subnetpools>;
  readonly scopes: ResourceRows<typeof t.addressScopes>;
  readonly ports: ResourceRows<typeof t.ports>;
  readonly fixedIps: ResourceRows<typeof t.fixedIps>;
  readonly floatingIps: ResourceRows<typeof t.floatingIps>;
  readonly forwardings: ResourceRows<typeof t.portForwardings>;
  readonly routers: ResourceRows<typeof t.routers>;
  readonly groups: ResourceRows<typeof t.securityGroups>;
  readonly rules: ResourceRows<typeof t.securityGroupRules>;
  readonly defaultRules: ResourceRows<typeof t.securityGroupDefaultRules>;
  readonly addressGroups: ResourceRows<typeof t.addressGroups>;
  readonly rbac: ResourceRows<typeof t.rbacPolicies>;
  readonly quotas: ResourceRows<typeof t.networkQuotas>;
  readonly agents: ResourceRows<typeof t.agents>;
  readonly meteringLabels: ResourceRows<typeof t.meteringLabels>;
  readonly meteringRules: ResourceRows<typeof t.meteringLabelRules>;
  readonly flavors: ResourceRows<typeof t.networkFlavors>;
  readonly profiles: ResourceRows<typeof t.serviceProfiles>;
  readonly dnsDomains: ResourceRows<typeof t.dnsDomains>;
  readonly dnsEntries: ResourceRows<typeof t.dnsEntries>;
  readonly bootstrap: ResourceRows<typeof t.networkBootstrap>;
  readonly addresses: AddressStore;
  readonly agentCounts: AgentCounts;
  readonly bindings: BindingStore;
  readonly floating: FloatingStore;
  readonly vifs: VifStore;
  #clock: Clock;

  constructor(db: ProjectDatabase, clock: Clock) {
    this.db = db;
    this.#clock = clock;
    const now = () => this.now();
    this.networks = new ResourceRows(db, t.networks, "uuid", now);
    this.subnets = new ResourceRows(db, t.subnets, "id", now);
    this.pools = new ResourceRows(db, t.subnetpools, "id", now);
    this.scopes = new ResourceRows(db, t.addressScopes, "id", now);
    this.ports = new ResourceRows(db, t.ports, "id", now);
    this.fixedIps = new ResourceRows(db, t.fixedIps, "id", now);
    this.floatingIps = new ResourceRows(db, t.floatingIps, "uuid", now);
    this.forwardings = new ResourceRows(db, t.portForwardings, "id", now);
    this.routers = new ResourceRows(db, t.routers, "id", now);
    this.groups = new ResourceRows(db, t.securityGroups, "uuid", now);
    this.rules = new ResourceRows(db, t.securityGroupRules, "uuid", now);
    this.defaultRules = new ResourceRows(db, t.securityGroupDefaultRules, "id", now);
    this.addressGroups = new ResourceRows(db, t.addressGroups, "id", now);
    this.rbac = new ResourceRows(db, t.rbacPolicies, "id", now);
    this.quotas = new ResourceRows(db, t.networkQuotas, "project_id", now);
    this.agents = new ResourceRows(db, t.agents, "id", now);
    this.meteringLabels = new ResourceRows(db, t.meteringLabels, "id", now);
    this.meteringRules = new ResourceRows(db, t.meteringLabelRules, "id", now);
    this.flavors = new ResourceRows(db, t.networkFlavors, "id", now);
    this.profiles = new ResourceRows(db, t.serviceProfiles, "id", now);
    this.dnsDomains = new ResourceRows(db, t.dnsDomains, "domain", now);
    this.dnsEntries = new ResourceRows(db, t.dnsEntries, "name", now);
    this.bootstrap = new ResourceRows(db, t.networkBootstrap, "step", now);
    this.addresses = new AddressStore(db);
    this.agentCounts = new AgentCounts(db);
    this.bindings = new BindingStore(db);
    this.floating = new FloatingStore(db);
    this.vifs = new VifStore(db);
  }

  /** The time as these tables keep it: `2013-07-16 05:41:08`. */
  now(): string {
    return sqlSeconds(this.#clock.now());
  }

  nowMs(): number {
    return this.#clock.now();
  }

  /** All or nothing; joins a transaction that is under way on the same database. */
  transaction<T>(work: () => T): T {
    return this.db.transaction(work);
  }
}
