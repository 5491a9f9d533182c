import { usageError } from 'pulse-deploy-kit/errors';

const ID = /^[a-z0-9][a-z0-9-]{0,23}$/;
/** `-yymmdd-HHMMSS` and what is left of 24 characters for the base. */
const SUFFIX = /^-\d{6}-\d{6}$/;
const BASE_LENGTH = 10;

/** Trims and lowercases; throws a usage error when the result is not an id (contract R1.1). */
export function parseDeploymentId(text: string): string {
	const id = text.trim().toLowerCase();
	if (!ID.test(id)) throw usageError(`deployment id must match ${ID.source}`);
	return id;
}

/** The same for an id that is yet to get a service: no service name ends in a dash, so none would carry this id (R2.18). */
export function parseNewDeploymentId(text: string): string {
	const id = parseDeploymentId(text);
	if (id.endsWith('-')) throw usageError(`deployment id '${id}' must end in a letter or digit`);
	return id;
}

/** Whether this is an id as it stands, e.g. of an untrusted request. */
export function isDeploymentId(text: string): boolean {
	return ID.test(text);
}

/** `my_app.v2` → `my-app-v2`; nothing left → `prod` (contract R1.3). */
export function slug(name: string): string {
	return (
		name
			.trim()
			.toLowerCase()
			.replace(/[^a-z0-9]+/g, '-')
			.replace(/^-|-$/g, '') || 'prod'
	);
}

/**
 * `<base>-<UTC yymmdd-HHMMSS>`, at most 24 characters. A taken id moves on to the next free second, so that two deploys
 * within one second never share an id.
 */
export function generateDeploymentId(name: string, now: number, taken: ReadonlySet<string>): string {
	for (let at = now; ; at += 1000) {
		const id = `${idBase(name)}-${timestamp(at)}`;
		if (!taken.has(id)) return id;
	}
}

/**
 * The deployment that a name means: the exact id, else the one id generated from that name. The slug is compared as ids
 * really cut it, and only before a timestamp, so `prod` never means `prod-eu-260402-120000` (contract R8.2, decision 12).
 * Throws a usage error when none or several match.
 */
export function findDeploymentByName(name: string, ids: readonly string[]): string {
	if (name.trim() === '') throw usageError('deployment name is required');
	const exact = name.trim().toLowerCase();
	if (ids.includes(exact)) return exact;
	const base = idBase(name);
	const matches = ids.filter((id) => id.startsWith(base) && SUFFIX.test(id.slice(base.length))).sort();
	if (matches.length > 1) {
		throw usageError(
			`deployment name '${name}' is ambiguous; matches: ${matches.join(', ')}`,
			`Name one of them: pulse-railway remove --deployment-name ${matches[0]}`,
		);
	}
	const [match] = matches;
	if (match === undefined) throw usageError(`deployment '${name}' not found`, 'List them: pulse-railway status');
	return match;
}

function idBase(name: string): string {
	return slug(name).slice(0, BASE_LENGTH).replace(/-+$/, '');
}

function timestamp(at: number): string {
	const digits = new Date(at).toISOString().replace(/\D/g, '');
	return `${digits.slice(2, 8)}-${digits.slice(8, 14)}`;
}
