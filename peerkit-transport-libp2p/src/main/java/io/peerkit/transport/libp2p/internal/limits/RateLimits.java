// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.limits;

/**
 * How fast connections may come and go out. Loopback is exempt: who is on this machine has other means.
 *
 * @param acceptBurst connections accepted at once from one {@link AddressBlock}
 * @param acceptsPerSecond how many of them a second afterwards
 * @param dialBurst dials at once
 * @param dialsPerSecond how many of them a second afterwards
 * @param hostDialBurst dials at once to one {@link AddressBlock} or host name, circuits through a relay not counted
 * @param hostDialsPerSecond how many of them a second afterwards
 */
public record RateLimits(
        int acceptBurst,
        int acceptsPerSecond,
        int dialBurst,
        int dialsPerSecond,
        int hostDialBurst,
        int hostDialsPerSecond) {
    /**
     * The usual ones.
     *
     * @return accepts 64 and 16 a second for each address, dials 512 and 128 a second, to one host 64 and 8 a second
     */
    public static RateLimits defaults() {
        return new RateLimits(64, 16, 512, 128, 64, 8);
    }

    /**
     * The same with another rate of accepting.
     *
     * @param burst at once from one address
     * @param perSecond afterwards
     * @return new limits
     */
    public RateLimits withAccepts(int burst, int perSecond) {
        return new RateLimits(burst, perSecond, dialBurst, dialsPerSecond, hostDialBurst, hostDialsPerSecond);
    }

    /**
     * The same with another rate of dialing.
     *
     * @param burst at once
     * @param perSecond afterwards
     * @return new limits
     */
    public RateLimits withDials(int burst, int perSecond) {
        return new RateLimits(acceptBurst, acceptsPerSecond, burst, perSecond, hostDialBurst, hostDialsPerSecond);
    }
}
