// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.limits;

import io.netty.util.internal.PlatformDependent;

/** What the buffers of all transports of the process take outside the heap. */
public final class DirectMemory {
    /** With so many hundredths of what is allowed in use, no connection is accepted. */
    static final int SHORT_PERCENT = 90;

    private static final int ALL_PERCENT = 100;

    private DirectMemory() {}

    /**
     * What is in use now.
     *
     * @return bytes, 0 when the platform does not tell
     */
    public static long usedBytes() {
        return Math.max(0, PlatformDependent.usedDirectMemory());
    }

    /**
     * Whether little is left.
     *
     * @return false when the platform does not tell
     */
    public static boolean isShort() {
        return isShort(usedBytes(), PlatformDependent.maxDirectMemory());
    }

    static boolean isShort(long usedBytes, long maxBytes) {
        return maxBytes > 0 && usedBytes >= maxBytes / ALL_PERCENT * SHORT_PERCENT;
    }
}
