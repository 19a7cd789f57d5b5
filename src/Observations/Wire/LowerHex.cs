using System.Buffers;

namespace MeetNet.Observations.Wire;

/// <summary>The digits of every hexadecimal number on the wire.</summary>
internal static class LowerHex
{
    public static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdef"u8);
}
