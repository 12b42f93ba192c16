// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes DNS messages, names uncompressed, and knows the numbers of the format.
 *
 * <pre>{@code
 *   id u16 = 0 | flags u16 | questions u16 | answers u16 | authorities u16 | additionals u16
 *   question = name | type u16 | class u16
 *   record   = name | type u16 | class u16 | ttl u32 | length u16 | data
 *   name     = (length u8 | label)* 0, or from any label on 11xxxxxx xxxxxxxx: go on at that offset
 * }</pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1035#section-4">RFC 1035 §4</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6762#section-18">RFC 6762 §18</a>
 */
final class DnsCodec {
    /** The longest message in bytes (RFC 6762 §17). */
    static final int MAX_BYTES = 9_000;

    /** The most questions and records in a message; a longer one is no business of ours. */
    static final int MAX_ENTRIES = 256;

    /** The longest string of a TXT record in bytes. */
    static final int MAX_STRING_BYTES = 255;

    static final int HEADER_BYTES = 12;
    static final int RESPONSE = 0x8000;
    static final int AUTHORITATIVE = 0x0400;

    /** Operation and result: a message with anything else is ignored (RFC 6762 §18.3, §18.11). */
    static final int OPCODE_AND_RCODE = 0x780f;

    static final int TYPE_PTR = 12;
    static final int TYPE_TXT = 16;
    static final int TYPE_ANY = 255;
    static final int CLASS_IN = 1;
    static final int CLASS_ANY = 255;

    /** The top bit of a class: a wish for unicast in questions, a flush of caches in records. */
    static final int CLASS_BITS = 0x7fff;

    private DnsCodec() {}

    static byte[] encode(DnsMessage message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        u16(out, 0);
        u16(out, message.response() ? RESPONSE | AUTHORITATIVE : 0);
        u16(out, message.questions().size());
        u16(out, message.answers().size());
        u16(out, 0);
        u16(out, message.additionals().size());
        for (DnsName question : message.questions()) {
            name(out, question);
            u16(out, TYPE_PTR);
            u16(out, CLASS_IN);
        }
        message.answers().forEach(record -> record(out, record));
        message.additionals().forEach(record -> record(out, record));
        return out.toByteArray();
    }

    private static void record(ByteArrayOutputStream out, DnsRecord record) {
        name(out, record.name());
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        if (record instanceof DnsRecord.Ptr ptr) {
            u16(out, TYPE_PTR);
            name(data, ptr.target());
        } else if (record instanceof DnsRecord.Txt txt) {
            u16(out, TYPE_TXT);
            strings(data, txt.strings());
        }
        u16(out, CLASS_IN);
        u16(out, (int) (record.ttlSeconds() >>> Short.SIZE));
        u16(out, (int) record.ttlSeconds());
        u16(out, data.size());
        out.writeBytes(data.toByteArray());
    }

    /** A record without strings has one that is empty (RFC 6763 §6.1). */
    private static void strings(ByteArrayOutputStream out, List<String> strings) {
        for (String string : strings.isEmpty() ? List.of("") : strings) {
            byte[] bytes = string.getBytes(StandardCharsets.ISO_8859_1);
            if (bytes.length > MAX_STRING_BYTES) {
                throw new IllegalArgumentException("string of " + bytes.length + " bytes, at most " + MAX_STRING_BYTES);
            }
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
    }

    private static void name(ByteArrayOutputStream out, DnsName name) {
        for (String label : name.labels()) {
            out.write(label.length());
            out.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
        }
        out.write(0);
    }

    private static void u16(ByteArrayOutputStream out, int value) {
        out.write(value >>> Byte.SIZE);
        out.write(value);
    }
}
