// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import io.peerkit.api.InvalidBytesException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads one DNS message that anybody on the link may have sent. A compressed name goes backwards with each of its few pointers. */
final class DnsReader {
    private static final int POINTER = 0xc0;
    private static final int POINTER_OFFSET = 0x3fff;

    /** The most pointers in one name, so that a message of many long chains costs little. */
    private static final int MAX_POINTERS = 32;

    private final byte[] bytes;
    private int at;

    private DnsReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a message.
     *
     * @throws InvalidBytesException when it is malformed or too long, or neither a query nor an answer
     */
    static DnsMessage decode(byte[] bytes) {
        if (bytes.length < DnsCodec.HEADER_BYTES || bytes.length > DnsCodec.MAX_BYTES) {
            throw new InvalidBytesException("DNS message of " + bytes.length + " bytes, must have "
                    + DnsCodec.HEADER_BYTES + " to " + DnsCodec.MAX_BYTES);
        }
        return new DnsReader(bytes).message();
    }

    private DnsMessage message() {
        u16(); // the id means nothing (RFC 6762 §18.1)
        int flags = u16();
        if ((flags & DnsCodec.OPCODE_AND_RCODE) != 0) {
            throw new InvalidBytesException("DNS flags " + flags + " are no plain query or answer");
        }
        int questions = u16();
        int answers = u16();
        int authorities = u16();
        int additionals = u16();
        int entries = questions + answers + authorities + additionals;
        if (entries > DnsCodec.MAX_ENTRIES) {
            throw new InvalidBytesException(
                    "DNS message with " + entries + " questions and records, at most " + DnsCodec.MAX_ENTRIES);
        }
        List<DnsName> asked = questions(questions);
        List<DnsRecord> answered = records(answers);
        records(authorities);
        return new DnsMessage((flags & DnsCodec.RESPONSE) != 0, asked, answered, records(additionals));
    }

    private List<DnsName> questions(int count) {
        List<DnsName> asked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DnsName name = name();
            int type = u16();
            int dnsClass = u16() & DnsCodec.CLASS_BITS;
            if ((type == DnsCodec.TYPE_PTR || type == DnsCodec.TYPE_ANY)
                    && (dnsClass == DnsCodec.CLASS_IN || dnsClass == DnsCodec.CLASS_ANY)) {
                asked.add(name);
            }
        }
        return asked;
    }

    private List<DnsRecord> records(int count) {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DnsName name = name();
            int type = u16();
            int dnsClass = u16() & DnsCodec.CLASS_BITS;
            long ttl = (long) u16() << Short.SIZE | u16();
            int length = u16();
            need(length);
            int end = at + length;
            if (dnsClass == DnsCodec.CLASS_IN && type == DnsCodec.TYPE_PTR) {
                records.add(new DnsRecord.Ptr(name, ttl, name()));
                if (at != end) {
                    throw new InvalidBytesException(
                            "PTR record of " + length + " bytes holds something else than a name");
                }
            } else if (dnsClass == DnsCodec.CLASS_IN && type == DnsCodec.TYPE_TXT) {
                records.add(new DnsRecord.Txt(name, ttl, strings(end)));
            }
            at = end;
        }
        return records;
    }

    private List<String> strings(int end) {
        List<String> strings = new ArrayList<>();
        while (at < end) {
            int length = u8();
            if (length > end - at) {
                throw new InvalidBytesException("TXT string of " + length + " bytes, " + (end - at) + " are left");
            }
            if (length > 0) { // an empty one stands for none (RFC 6763 §6.1)
                strings.add(new String(bytes, at, length, StandardCharsets.ISO_8859_1));
            }
            at += length;
        }
        return strings;
    }

    private DnsName name() {
        List<String> labels = new ArrayList<>();
        int total = 1;
        int before = at; // every pointer leads to before the place from where this part of the name began
        int behind = -1;
        int pointers = 0;
        while (true) {
            int start = at;
            int length = u8();
            if (length == 0) {
                break;
            }
            if ((length & POINTER) == POINTER) {
                int target = (length << Byte.SIZE | u8()) & POINTER_OFFSET;
                behind = behind < 0 ? at : behind;
                if (target >= before || ++pointers > MAX_POINTERS) {
                    throw new InvalidBytesException("name at " + before + " points to " + target
                            + ", must go back, and at most " + MAX_POINTERS + " times");
                }
                before = target;
                at = target;
                continue;
            }
            total += 1 + length;
            if (length > DnsName.MAX_LABEL_BYTES || total > DnsName.MAX_BYTES) {
                throw new InvalidBytesException("label of " + length + " bytes at " + start + " in a name of " + total
                        + ", at most " + DnsName.MAX_LABEL_BYTES + " in " + DnsName.MAX_BYTES);
            }
            need(length);
            labels.add(new String(bytes, at, length, StandardCharsets.ISO_8859_1));
            at += length;
        }
        if (behind >= 0) {
            at = behind;
        }
        return new DnsName(labels);
    }

    private int u8() {
        need(1);
        return bytes[at++] & 0xff;
    }

    private int u16() {
        return u8() << Byte.SIZE | u8();
    }

    private void need(int count) {
        if (count > bytes.length - at) {
            throw new InvalidBytesException(
                    "DNS message ends at " + bytes.length + ", " + count + " bytes wanted at " + at);
        }
    }
}
