// SPDX-License-Identifier: Apache-2.0
package io.peerkit.api.storage;

/**
 * Keys of consecutive entries in ascending order, packed, since there may be millions.
 *
 * @param times the entries' times; not copied
 * @param ids the entries' ids, 32 bytes each, one behind the other; not copied
 */
public record KeyPage(long[] times, byte[] ids) {
    /** The most keys in a page. */
    public static final int MAX_KEYS = 65_536;

    /** Checks that both have the same length. */
    public KeyPage {
        if (ids.length != 32 * times.length) {
            throw new IllegalArgumentException(times.length + " times but " + ids.length + " bytes of ids");
        }
    }

    /**
     * How many keys there are.
     *
     * @return 0 when nothing comes behind the place asked for
     */
    public int size() {
        return times.length;
    }
}
