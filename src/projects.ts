// What the services of one OpenStack project share: its database, its bus, its policy. Made when first asked for.

import type { Config } from "./config/config.ts";
import { Bus, type TopicDepth } from "./core/bus.ts";
import type { Clock } from "./core/clock.ts";
import type { LogBook } from "./core/log.ts";
import type { StatePaths } from "./core/paths.ts";
import type { ServiceDeclaration } from "./core/service.ts";
import type { Migration } from "./db/migrate.ts";
import type { ProjectDatabase } from "./db/open.ts";
import type { FaultSeam } from "./faults/book.ts";
import { projectPolicy } from "./policy/config.ts";
import type { PolicyService } from "./policy/desk.ts";
import { Enforcer } from "./policy/enforcer.ts";

export interface ProjectsOptions {
  declarations: readonly ServiceDeclaration[];
  clock: Clock;
  book: LogBook;
  paths: StatePaths;
  openDatabase(project: string, migrations: readonly Migration[]): ProjectDatabase;
  faults: FaultSeam;
}

export class Projects {
  #options: ProjectsOptions;
  #config: Config;
  #databases = new Map<string, ProjectDatabase>();
  #buses = new Map<string, Bus>();
  #held = false;
  #enforcers = new Map<string, Enforcer>();

  constructor(options: ProjectsOptions, config: Config) {
    this.#options = options;
    this.#config = config;
  }

  /** The configuration was read anew, for a service of this project: its policy follows at once. */
  configure(project: string, config: Config): void {
    this.#config = config;
    this.#enforcers.get(project)?.configure(projectPolicy(config, this.#options.paths, project));
  }

  database(project: string): ProjectDatabase {
    let db = this.#databases.get(project);
    if (!db) {
      const migrations = new Map<string, Migration>();
      for (const declaration of this.#options.declarations) {
        if ((declaration.database ?? declaration.project) !== project) continue;
        for (const migration of declaration.migrations ?? []) migrations.set(migration.name, migration);
      }
      db = this.#options.openDatabase(project, [...migrations.values()]);
      this.#databases.set(project, db);
    }
    return db;
  }

  bus(project: string): Bus {
    let bus = this.#buses.get(project);
    if (!bus) {
      bus = new Bus({
        db: this.database(project),
        clock: this.#options.clock,
        log: this.#options.book.logger("stack", `${project}.bus`),
        faults: this.#options.faults,
      });
      bus.hold(this.#held);
      this.#buses.set(project, bus);
    }
    return bus;
  }

  /** Nothing is delivered on any bus until it is let go. */
  hold(held: boolean): void {
    this.#held = held;
    for (const bus of this.#buses.values()) bus.hold(held);
  }

  policy(project: string): Enforcer {
    let enforcer = this.#enforcers.get(project);
    if (!enforcer) {
      const rules = new Map(
        this.#options.declarations
          .filter((declaration) => declaration.project === project)
          .flatMap((declaration) => declaration.policies ?? [])
          .map((rule) => [rule.name, rule]),
      );
      enforcer = new Enforcer({
        rules: [...rules.values()],
        ...projectPolicy(this.#config, this.#options.paths, project),
        clock: this.#options.clock,
        log: this.#options.book.logger("stack", `${project}.policy`),
      });
      this.#enforcers.set(project, enforcer);
    }
    return enforcer;
  }

  /** Every project with a policy, and what else its services are called. */
  policies(): PolicyService[] {
    const byProject = new Map<string, PolicyService & { names: Set<string> }>();
    for (const { project, policies, window, program, mount, catalog } of this.#options.declarations) {
      if (!policies || policies.length === 0) continue;
      const entry = byProject.get(project) ?? {
        project,
        names: new Set([project]),
        policy: this.policy(project),
      };
      byProject.set(project, entry);
      const types = (catalog ?? []).map(({ type }) => type);
      for (const name of [window, program, mount?.slice(1), ...types]) if (name) entry.names.add(name);
    }
    return [...byProject.values()];
  }

  /** Every bus that has been used, by project. */
  buses(): ReadonlyMap<string, Bus> {
    return this.#buses;
  }

  /** How many messages wait on each topic of each project's bus. */
  queues(): (TopicDepth & { project: string })[] {
    return [...this.#buses].flatMap(([project, bus]) => bus.depths().map((depth) => ({ project, ...depth })));
  }

  /** Whether the project's database is open. */
  has(project: string): boolean {
    return this.#databases.has(project);
  }

  /** Closes one database that is a file; what is asked for afterwards is made anew. */
  release(project: string): void {
    const db = this.#databases.get(project);
    if (!db || db.path === ":memory:") return;
    db.close();
    this.#databases.delete(project);
    this.#buses.delete(project);
  }

  /** Closes the databases. What is asked for afterwards is made anew. */
  close(): void {
    for (const db of this.#databases.values()) db.close();
    this.#databases.clear();
    this.#buses.clear();
    this.#enforcers.clear();
  }
}
