/** `12 s`, `5 min`, `3 h`, `4 days`. */
export function spanOf(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 120) return `${seconds} s`;
	if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
	return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

const sameDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const otherDay = new Intl.DateTimeFormat(undefined, {
	month: 'short',
	day: 'numeric',
	hour: '2-digit',
	minute: '2-digit',
});

/** As this browser's user writes it; with the day where that is not today. */
export function timeOf(at: number, now: number): string {
	const isToday = new Date(at).toDateString() === new Date(now).toDateString();
	return (isToday ? sameDay : otherDay).format(at);
}
