import { resolveSettings } from 'pulse-deploy-kit/settings';
import { drainPolicy, drainSettings } from '../config/drain.ts';
import type { Policy } from '../janitor/facts.ts';
import type { StackObservation } from '../platform/port.ts';

/** As the janitor service will read it from its own variables. */
export function janitorPolicy({ services }: Pick<StackObservation, 'services'>): Policy {
	const [known = ''] = drainSettings.drainGraceSeconds.env;
	const janitor = services.find(({ variables }) => known in variables);
	const env = Object.fromEntries(
		Object.entries(janitor?.variables ?? {}).map(([name, value]) => [name, value ?? undefined]),
	);
	const { values } = resolveSettings(drainSettings, { flags: {}, env });
	// An upgrade writes it, so a janitor without it is of a version that knows of no window: nothing is promised.
	const [written = ''] = drainSettings.rollbackWindow.env ?? [];
	const isOlder = janitor !== undefined && !(written in janitor.variables);
	return drainPolicy(isOlder ? { ...values, rollbackWindow: 0 } : values);
}
