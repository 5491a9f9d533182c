/** What people read of a run. Pure. */

/** Leads the comment of one job, by which it is found again. */
export function markOf({ platform }, job) {
	return `<!-- pulse-deploy ${platform} ${String(job).replace(/[^\w-]/g, '-')} -->`;
}

/** The steps of a dry run, of either tool. */
export function planText(json) {
	const { facts = [], notes = [], warnings = [], steps = [] } = json?.plan ?? {};
	return [
		...steps.map((step, at) => `${at + 1}. ${step.title ?? step.text}`),
		...[...facts, ...notes],
		...warnings.map((text) => `Warning: ${text}`),
	].join('\n');
}

/** What a finished command has made, of either tool; `null` where it failed. */
export function madeOf(json) {
	if (typeof json !== 'object' || json === null || 'error' in json) return null;
	const id = json.deployment_id;
	const preview = json.preview_address ?? json.preview?.address;
	return {
		id: String(id ?? ''),
		address: String(preview ?? json.server_address ?? ''),
		isPreview: preview !== undefined,
	};
}

/** A later run is on its way: this one has neither failed nor made anything. */
export const isSuperseded = ({ code, json }) => code === 75 && json?.error?.code === 'superseded';

/** @param run what is known by now: `plan`, then `made` or `error` */
export function commentText(mark, { command, plan, made, error, commit, runUrl }) {
	const state = made ? done(command, made) : error ? `The ${command} failed` : `The ${command} is under way`;
	return [
		mark,
		`**${state}**${commit ? `, of ${commit.slice(0, 12).replace(/\W/g, '')}` : ''} ([log](${runUrl}))`,
		...(error ? [fenced(error)] : []),
		...(plan ? ['<details><summary>Plan</summary>', '', fenced(plan), '', '</details>'] : []),
	].join('\n\n');
}

function done(command, { id, address, isPreview }) {
	const where = /^https?:\/\/[^\s<>()[\]]+$/.test(address) ? `: ${address}` : '';
	if (command === 'rollback') return `Rolled back to ${plain(id)}${where}`;
	return isPreview ? `The preview is ready${where}` : `${plain(id)} is active${where}`;
}

/** An id of our own has nothing else in it. */
const plain = (text) => text.replace(/[^\w.-]/g, '');

/** As it stands, whatever it holds: no mention, no link, no markup. */
export function fenced(text) {
	const shown = text.replace(/[^\P{Cc}\n\t]/gu, '').slice(0, 20_000);
	const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
	const fence = '`'.repeat(longest + 1);
	return `${fence}text\n${shown}\n${fence}`;
}

/** What a failed command said of itself. */
export function errorText(json, code) {
	const { message, detail, next } = json?.error ?? {};
	return [message ?? `it ended with exit code ${code}`, detail, next].filter(Boolean).join('\n');
}
