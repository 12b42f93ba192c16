// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import java.util.List;

/**
 * A DNS message, as far as discovery needs it.
 *
 * @param response whether it answers
 * @param questions the names asked for, of type PTR or any
 * @param answers those of the kinds known here
 * @param additionals likewise
 */
record DnsMessage(boolean response, List<DnsName> questions, List<DnsRecord> answers, List<DnsRecord> additionals) {
    DnsMessage {
        questions = List.copyOf(questions);
        answers = List.copyOf(answers);
        additionals = List.copyOf(additionals);
    }

    /** Asks for the instances of a service. */
    static DnsMessage query(DnsName service) {
        return new DnsMessage(false, List.of(service), List.of(), List.of());
    }
}
