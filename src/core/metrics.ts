// Figures for Prometheus, in its text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).

export interface Metric {
  /** `openstack_nova_total_vms`; names and units as openstack-exporter has them where it has the figure. */
  name: string;
  help: string;
  kind: "gauge" | "counter" | "histogram";
  samples: readonly Sample[];
}

export interface Sample {
  labels?: Readonly<Record<string, string>>;
  /** Follows the metric's name: `_bucket`, `_sum`, `_count` of a histogram. */
  suffix?: string;
  value: number;
}

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, kind: "gauge", samples };
}

export function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, kind: "counter", samples };
}

/** A gauge of a query's rows: the column `value`, all others as labels. */
export function gaugeOf(name: string, help: string, rows: readonly Record<string, unknown>[]): Metric {
  const samples = rows.map(({ value, ...labels }) => ({
    labels: Object.fromEntries(Object.entries(labels).map(([label, text]) => [label, String(text ?? "")])),
    value: Number(value ?? 0),
  }));
  return gauge(name, help, samples);
}

export function prometheusText(metrics: readonly Metric[]): string {
  const rows: string[] = [];
  for (const { name, help, kind, samples } of metrics) {
    if (samples.length === 0) continue;
    rows.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`);
    for (const { labels, suffix = "", value } of samples)
      rows.push(`${name}${suffix}${labelText(labels)} ${value}`);
  }
  return `${rows.join("\n")}\n`;
}

function labelText(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escapeHelp = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string) => escapeHelp(text).replaceAll('"', '\\"');

/** A client may send any word as its method; it must not make a series of its own. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "COPY", "OPTIONS"]);

/** Seconds; the last bucket is everything. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Latency {
  /** How many took at most BUCKETS[i] and longer than the one before. */
  counts: number[];
  total: number;
  sumSeconds: number;
}

/** Counts answers by service, method and status, and how long they took. One line of work per request. */
export class RequestMetrics {
  #answers = new Map<string, Map<string, number>>();
  #latencies = new Map<string, Latency>();

  observe(service: string, method: string, status: number, seconds: number): void {
    let answers = this.#answers.get(service);
    if (!answers) {
      answers = new Map();
      this.#answers.set(service, answers);
      this.#latencies.set(service, { counts: BUCKETS.map(() => 0), total: 0, sumSeconds: 0 });
    }
    const key = `${METHODS.has(method) ? method : "other"} ${status}`;
    answers.set(key, (answers.get(key) ?? 0) + 1);
    const latency = this.#latencies.get(service)!;
    latency.total++;
    latency.sumSeconds += seconds;
    const bucket = BUCKETS.findIndex((limit) => seconds <= limit);
    if (bucket >= 0) latency.counts[bucket]!++;
  }

  metrics(): Metric[] {
    const answers = [...this.#answers].flatMap(([service, counts]) =>
      [...counts].map(([key, value]) => {
        const [method, status] = key.split(" ") as [string, string];
        return { labels: { service, method, status }, value };
      }),
    );
    const seconds = [...this.#latencies].flatMap(([service, latency]) => histogram({ service }, latency));
    return [
      counter("stack_http_requests_total", "Answers, by service, method and status.", answers),
      {
        name: "stack_http_request_duration_seconds",
        help: "From a request's first byte to its answer's last.",
        kind: "histogram",
        samples: seconds,
      },
    ];
  }
}

function histogram(labels: Record<string, string>, { counts, total, sumSeconds }: Latency): Sample[] {
  let below = 0;
  const buckets = counts.map((count, i) => {
    below += count;
    return { suffix: "_bucket", labels: { ...labels, le: String(BUCKETS[i]) }, value: below };
  });
  return [
    ...buckets,
    { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: total },
    { suffix: "_sum", labels, value: sumSeconds },
    { suffix: "_count", labels, value: total },
  ];
}
