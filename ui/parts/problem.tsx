// What a service said when it refused or did not answer, in the place of what it was asked for.

interface ProblemProps {
  text: string;
  /** Asks again. */
  retry?(): void;
}

export function Problem({ text, retry }: ProblemProps) {
  return (
    <p class="banner error" role="alert">
      {text}
      {retry && (
        <>
          {" "}
          <button type="button" class="link" onClick={retry}>
            Try again
          </button>
        </>
      )}
    </p>
  );
}
