// How much of a quota is used, as a ring.

interface GaugeProps {
  label: string;
  used: number;
  /** -1: without limit. */
  limit: number;
  show?(figure: number): string;
}

const RADIUS = 42;
const ROUND = 2 * Math.PI * RADIUS;

export function Gauge({ label, used, limit, show = String }: GaugeProps) {
  const share = limit > 0 ? Math.min(1, used / limit) : limit === 0 ? 1 : 0;
  const level = share >= 1 ? "full" : share >= 0.8 ? "high" : "";
  const text = limit < 0 ? `${show(used)}, no limit` : `${show(used)} of ${show(limit)}`;
  return (
    <figure class={`gauge ${level}`}>
      <svg viewBox="0 0 100 100" role="img" aria-label={`${label}: Used ${text}`}>
        <circle class="track" cx="50" cy="50" r={RADIUS} />
        {share > 0 && (
          <circle
            class="used"
            cx="50"
            cy="50"
            r={RADIUS}
            stroke-dasharray={`${share * ROUND} ${ROUND}`}
            transform="rotate(-90 50 50)"
          />
        )}
        <text x="50" y="50">
          {limit < 0 ? "∞" : `${Math.round(share * 100)}%`}
        </text>
      </svg>
      <figcaption>
        <strong>{label}</strong>
        <span class="muted">{text}</span>
      </figcaption>
    </figure>
  );
}
