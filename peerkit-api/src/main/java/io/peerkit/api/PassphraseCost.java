// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api;

/**
 * What trying a passphrase costs by Argon2id. It is read from a file or a store before anything there can be authenticated, therefore the
 * bounds.
 *
 * @param memoryKib the memory in KiB, 8 for each lane to {@value #MAX_MEMORY_KIB}
 * @param passes how often the memory is gone over, 1 to {@value #MAX_PASSES}
 * @param lanes how many lanes it has, 1 to {@value #MAX_LANES}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9106">RFC 9106, Argon2</a>
 */
public record PassphraseCost(int memoryKib, int passes, int lanes) {
    /** The most memory in KiB: 256 MiB. */
    public static final int MAX_MEMORY_KIB = 262_144;

    /** The most passes. */
    public static final int MAX_PASSES = 16;

    /** The most lanes. */
    public static final int MAX_LANES = 16;

    /** The second recommendation of RFC 9106 section 4: 64 MiB. */
    public static final PassphraseCost STANDARD = new PassphraseCost(65_536, 3, 4);

    private static final int MIN_LANE_KIB = 8;

    /**
     * Checks the bounds.
     *
     * @throws InvalidBytesException when one is exceeded
     */
    public PassphraseCost {
        within("passes", passes, 1, MAX_PASSES);
        within("lanes", lanes, 1, MAX_LANES);
        within("memory-kib", memoryKib, MIN_LANE_KIB * lanes, MAX_MEMORY_KIB);
    }

    private static void within(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new InvalidBytesException(what + " of " + value + ", must be " + min + " to " + max);
        }
    }
}
