import { typedPath } from 'pulse-deploy-kit/build-paths';
import { originText, resolveSettings } from 'pulse-deploy-kit/settings';
import { deploymentName } from '../deployments/names.ts';
import { placeSettings } from './common.ts';
import { besideApp } from './place-memory.ts';
import type { RememberedPlace } from './remembered.ts';

export interface WhoamiRequest {
	/** `null`: none is given, and no stack is looked for. */
	readonly deploymentName: string | null;
	readonly deploymentNameFrom: string;
	/** `undefined`: that of the profile. */
	readonly region: string | undefined;
	readonly regionFrom: string;
	readonly credentialsFrom: string;
	/** Whether or not it counts. */
	readonly remembered: RememberedPlace | undefined;
}

export async function whoamiRequest(typed: {
	readonly flags: Readonly<Record<string, unknown>>;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
}): Promise<WhoamiRequest> {
	const { context } = resolveSettings({ context: placeSettings.context }, typed).values;
	const { file, remembered: memory, place } = await besideApp(typedPath(typed.cwd, context), typed);
	const { values, origins } = resolveSettings(placeSettings, { ...typed, file, memory });
	const { deploymentName: name, region } = values;
	return {
		deploymentName: name === undefined ? null : deploymentName(name),
		deploymentNameFrom: originText(origins.deploymentName),
		region,
		regionFrom: region === undefined ? 'the profile' : originText(origins.region),
		credentialsFrom: credentialsFrom(typed.env),
		remembered: place,
	};
}

/** In the order in which the SDK looks; what lies in files and on the machine it does not tell. */
function credentialsFrom(env: Readonly<Record<string, string | undefined>>): string {
	const has = (...names: string[]) => names.every((name) => (env[name] ?? '') !== '');
	if (has('AWS_PROFILE')) return `profile ${env.AWS_PROFILE} (AWS_PROFILE)`;
	if (has('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')) return 'AWS_ACCESS_KEY_ID';
	if (has('AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN')) return 'AWS_WEB_IDENTITY_TOKEN_FILE';
	return "the default profile, else this machine's role";
}
