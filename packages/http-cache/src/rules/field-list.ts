const MEMBER = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

/** The members of a comma-separated field (RFC 9110 §5.6.1); commas in quoted strings do not part, empty ones go. */
export function splitFieldList(value: string): string[] {
  const members = value.match(MEMBER) ?? [];
  return members.map((member) => member.trim()).filter((member) => member !== '');
}

/** Spaces around `;` and `=`; each run of them is walked once, however long a client makes it. */
const SPACES_AROUND_MARKS = /(?<=[;=])\s+|(?<!\s)\s+(?=[;=])/g;

/** A member without the spaces that mean nothing (RFC 9110 §5.6.6, and as some write them). */
export function withoutSpaces(member: string): string {
  return member.replace(SPACES_AROUND_MARKS, '');
}
