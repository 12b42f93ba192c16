// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * The table of routes that Linux shows at {@code /proc/net/route}: a line for each, with the name of the interface,
 * destination and gateway as hexadecimal numbers in the machine's byte order, and flags.
 */
final class RouteTable {
    /** The most lines that are looked at. */
    static final int MAX_LINES = 4_096;

    private static final int FLAG_GATEWAY = 2;
    private static final int COLUMNS = 8;

    private RouteTable() {}

    /** The gateway of the default route with the least metric. */
    static Optional<InetAddress> gateway(List<String> lines, boolean littleEndian) {
        long best = Long.MAX_VALUE;
        Optional<InetAddress> gateway = Optional.empty();
        for (String line : lines.subList(0, Math.min(lines.size(), MAX_LINES))) {
            List<String> columns = List.of(line.strip().split("\\s+", COLUMNS + 1));
            if (columns.size() < COLUMNS || !isDefault(columns)) {
                continue;
            }
            long metric = Long.parseLong(columns.get(6));
            if (metric < best) {
                best = metric;
                gateway = Optional.of(address(Integer.parseUnsignedInt(columns.get(2), 16), littleEndian));
            }
        }
        return gateway;
    }

    private static boolean isDefault(List<String> columns) {
        return columns.get(1).equals("00000000")
                && columns.get(7).equals("00000000")
                && columns.get(2).matches("[0-9A-Fa-f]{8}")
                && columns.get(6).matches("[0-9]{1,10}")
                && columns.get(3).matches("[0-9A-Fa-f]{1,4}")
                && (Integer.parseInt(columns.get(3), 16) & FLAG_GATEWAY) != 0;
    }

    private static InetAddress address(int number, boolean littleEndian) {
        int ordered = littleEndian ? Integer.reverseBytes(number) : number;
        byte[] bytes = {(byte) (ordered >>> 24), (byte) (ordered >>> 16), (byte) (ordered >>> 8), (byte) ordered};
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 bytes", e);
        }
    }
}
