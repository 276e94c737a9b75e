import { expect, test } from "bun:test";
import { gauge, prometheusText, RequestMetrics } from "./metrics.ts";

test("LG-22 the text format: help, type, labels with what must be escaped", () => {
  const metrics = [
    gauge("openstack_nova_total_vms", "Servers.", [{ value: 3 }]),
    gauge("a", "With \\ and\nlines.", [{ labels: { name: 'x"y\\z\n' }, value: 0.5 }]),
    gauge("nothing", "Not shown.", []),
  ];
  expect(prometheusText(metrics)).toBe(
    [
      "# HELP openstack_nova_total_vms Servers.",
      "# TYPE openstack_nova_total_vms gauge",
      "openstack_nova_total_vms 3",
      "# HELP a With \\\\ and\\nlines.",
      "# TYPE a gauge",
      'a{name="x\\"y\\\\z\\n"} 0.5',
      "",
    ].join("\n"),
  );
});

test("LG-22 requests are counted by service, method and status, and their times add up", () => {
  const requests = new RequestMetrics();
  requests.observe("n-api", "GET", 200, 0.004);
  requests.observe("n-api", "GET", 200, 0.3);
  requests.observe("n-api", "POST", 400, 60);
  requests.observe("n-api", "WHATEVER", 405, 0.1);
  const rows = prometheusText(requests.metrics()).split("\n");
  for (const row of [
    'stack_http_requests_total{service="n-api",method="GET",status="200"} 2',
    'stack_http_requests_total{service="n-api",method="other",status="405"} 1',
    'stack_http_request_duration_seconds_bucket{service="n-api",le="0.0025"} 0',
    'stack_http_request_duration_seconds_bucket{service="n-api",le="0.005"} 1',
    'stack_http_request_duration_seconds_bucket{service="n-api",le="10"} 3',
    'stack_http_request_duration_seconds_bucket{service="n-api",le="+Inf"} 4',
    'stack_http_request_duration_seconds_sum{service="n-api"} 60.404',
    'stack_http_request_duration_seconds_count{service="n-api"} 4',
  ]) {
    expect(rows).toContain(row);
  }
});
