// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import java.util.List;

/** One of the two kinds of resource records that discovery needs; others are read past. */
sealed interface DnsRecord {
    /** What the record is about. */
    DnsName name();

    /** For how many seconds it holds, 0 when it holds no longer. */
    long ttlSeconds();

    /** Names an instance of a service (RFC 6763 §4). */
    record Ptr(DnsName name, long ttlSeconds, DnsName target) implements DnsRecord {}

    /** Strings about an instance (RFC 6763 §6), as ISO 8859-1. */
    record Txt(DnsName name, long ttlSeconds, List<String> strings) implements DnsRecord {
        public Txt {
            strings = List.copyOf(strings);
        }
    }
}
