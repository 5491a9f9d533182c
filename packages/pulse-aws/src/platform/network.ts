/** Without these a client waits for a silent network for ever. AWS answers within seconds; what ends here is tried again. */
export const NETWORK = {
	requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
} as const;
