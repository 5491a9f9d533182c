import type { InstanceSettings, ObservedService } from '../platform/port.ts';
import { whereItRuns } from './regions.ts';
import type { PlannedChange, Variables } from './step.ts';

/** What differs from what should be; `null` when nothing does. */
export function changeOf(
	service: ObservedService,
	variables: Variables,
	settings: InstanceSettings,
): PlannedChange | null {
	const differing = Object.entries(variables).filter(([name, value]) => !isSet(service, name, value));
	const stale = Object.entries(settings).some(
		([name, value]) => service.settings[name as keyof InstanceSettings] !== value,
	);
	if (differing.length === 0 && !stale) return null;
	return {
		service: service.name,
		variables: Object.fromEntries(differing),
		...(stale ? { settings: whereItRuns(settings, service) } : {}),
	};
}

/** A sealed variable cannot be compared, and is left alone. */
function isSet(service: ObservedService, name: string, value: Variables[string]): boolean {
	const running = service.variables[name];
	if (running === null) return true;
	if (typeof value === 'string') return running === value;
	return 'from' in value ? false : running === value.reveal();
}

export function needsMinting({ variables }: PlannedChange): boolean {
	return Object.values(variables).some((value) => typeof value === 'object' && 'from' in value);
}
