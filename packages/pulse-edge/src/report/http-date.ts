let second = -1;
let text = '';

/** The time as a `Date` header has it (RFC 9110 §6.6.1), worked out once a second. */
export function httpDate(): string {
	const now = Math.floor(Date.now() / 1000);
	if (now === second) return text;
	second = now;
	text = new Date(now * 1000).toUTCString();
	return text;
}
