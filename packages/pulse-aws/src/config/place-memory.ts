import { usageError } from 'pulse-deploy-kit/errors';
import type { Host } from 'pulse-deploy-kit/host';
import type { ProjectFile } from 'pulse-deploy-kit/project-file';
import { originText, type RememberedValues, resolveSettings, type ValueOrigin } from 'pulse-deploy-kit/settings';
import { deploySettings } from './deploy-settings.ts';
import { projectFileIn } from './project-file.ts';
import { placeText, type RememberedPlace, rememberedIn } from './remembered.ts';

/** What stands beside an app, and of it what counts for a command. */
export interface BesideApp {
	readonly file: ProjectFile | undefined;
	/** Nothing where the command is about another deployment than the one that is remembered. */
	readonly remembered: RememberedValues | undefined;
	readonly place: RememberedPlace | undefined;
}

interface Typed {
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
}

export async function besideApp(folder: string, { flags, env }: Typed): Promise<BesideApp> {
	const [file, place] = await Promise.all([projectFileIn(folder), rememberedIn(folder, env)]);
	if (place === undefined) return { file, remembered: undefined, place };
	const { deploymentName } = resolveSettings(NAME, { flags, env, file }).values;
	const isMeant = deploymentName === undefined || deploymentName.toLowerCase() === place.deploymentName;
	return { file, remembered: isMeant ? valuesOf(place) : undefined, place };
}

const NAME = { deploymentName: deploySettings.deploymentName };

function valuesOf({ place, deploymentName, region, domain }: RememberedPlace): RememberedValues {
	return { place, values: { deploymentName, region, domain } };
}

/** What is compared with the account that the credentials are for, before a command does anything there. */
export interface PlaceMemory {
	readonly place: RememberedPlace;
	/** What a command takes from it. */
	readonly taken: readonly (keyof RememberedPlace)[];
	/** The name was typed, or stands in a variable: the caller says where, not a file. */
	readonly namesIt: boolean;
	/** Where a region comes from that is not the remembered one. */
	readonly region: ValueOrigin | undefined;
}

type Origins = Readonly<Partial<Record<'deploymentName' | 'region' | 'domain', ValueOrigin | undefined>>>;

/** `undefined`: nothing is remembered of that deployment. */
export function placeMemory({ place, remembered }: BesideApp, origins: Origins): PlaceMemory | undefined {
	if (place === undefined || remembered === undefined) return undefined;
	const taken = (['deploymentName', 'region', 'domain'] as const).filter((key) => origins[key]?.from === 'remembered');
	const name = origins.deploymentName?.from;
	return { place, taken, namesIt: name === 'flag' || name === 'env', region: origins.region };
}

interface Actual {
	readonly account: string;
	readonly region: string;
}

/**
 * Says what is taken from memory, and refuses to take a name or region into another account than they are of, or a name that
 * only a file says into another region: a shell, a CI or a pull request may have changed either without anybody's meaning it.
 * @throws usage error
 */
export function heedMemory(memory: PlaceMemory, actual: Actual, host: Pick<Host, 'notify'>): void {
	const { place: remembered, taken, namesIt, region } = memory;
	const { place, account, deploymentName: name } = remembered;
	if (account === actual.account && remembered.region === actual.region) {
		if (taken.length > 0) host.notify({ level: 'info', text: `${placeText(remembered)}, as ${place} remembers` });
		return;
	}
	const isSaid = namesIt && taken.length === 0;
	const names = [`--deployment-name ${name}`, `--region ${actual.region}`];
	if (taken.includes('domain')) names.push('--domain <domain>');
	const next = `If this one is meant, say so: ${names.join(' ')}; or delete ${place} where that is of the past.`;
	if (account !== actual.account && !isSaid) {
		const message = `${place} remembers ${name} in the account ${account}; these credentials are of the account ${actual.account}`;
		throw usageError(message, `Use credentials of that account. ${next}`);
	}
	if (remembered.region !== actual.region && !isSaid && region?.from !== 'flag') {
		throw usageError(
			`${place} remembers ${name} in ${remembered.region}; ${originText(region)} says ${actual.region}`,
			next,
		);
	}
	const here = placeText({ ...actual, deploymentName: name });
	host.notify({ level: 'warning', text: `${place} remembers ${placeText(remembered)}; this command works on ${here}` });
}
