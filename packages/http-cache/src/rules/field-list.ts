const MEMBER = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

/** The members of a comma-separated field (RFC 9110 §5.6.1); commas in quoted strings do not part, empty ones go. */
export function splitFieldList(value: string): string[] {
  const members = value.match(MEMBER) ?? [];
  return members.map((member) => member.trim()).filter((member) => member !== '');
}
