using MeetNet.Observations.Calibration;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// What a station file and a device profile say of one datastream: all that <see cref="ProcedureBuilder"/> needs. What is a
/// fact of the place or the device has no default: what is not stated and is needed is a problem.
/// </summary>
public sealed record ProcedureRequest
{
    /// <summary>The datastream; its property must be in the catalogue.</summary>
    public required DatastreamId Datastream { get; init; }

    /// <summary>Unit of the raw value, UCUM.</summary>
    public required string RawUnit { get; init; }

    /// <summary>Field of the device profile.</summary>
    public required string Field { get; init; }

    /// <summary>Device profile, <c>maker/model</c>.</summary>
    public required string Profile { get; init; }

    /// <summary>Version of the profile.</summary>
    public required string ProfileVersion { get; init; }

    /// <summary>Begin of the procedure when there is no calibration to say it.</summary>
    public required DateTimeOffset ValidFrom { get; init; }

    /// <summary>The instruments that measured, one after the other by <see cref="InstrumentPlacement.From"/>; empty when their serial numbers are not known.</summary>
    public IReadOnlyList<InstrumentPlacement> Instruments { get; init; } = [];

    /// <summary>For nitrate and ammonium, required: whether the raw mass is of the substance (its formula) or of the nitrogen in it (<c>N</c>).</summary>
    public string? StatedAs { get; init; }

    /// <summary>The correction for humidity of an optical instrument for particles; null: as it gives them.</summary>
    public ParticleGrowth? ParticleGrowth { get; init; }

    /// <summary>For NOx that is made of two datastreams: which. The raw value then only says when.</summary>
    public NitrogenOxideSum? NitrogenOxides { get; init; }

    /// <summary>Which gas the device measures; required when the raw value is a mole fraction.</summary>
    public string? Gas { get; init; }

    /// <summary>
    /// Reference conditions; required for every gas. Of a raw mass concentration: those it is stated at. Of a raw mole
    /// fraction, which has none: those it is to be stated at, which must be the catalogue's.
    /// </summary>
    public GasReference? GasReference { get; init; }

    /// <summary>Code of the datum of a raw height; required for every height.</summary>
    public string? Datum { get; init; }

    /// <summary>Name of the transformation to the canonical datum; required when the datum is another.</summary>
    public string? Transformation { get; init; }

    /// <summary>
    /// Heights of the local point that the raw value is counted from, each from its own date on; required when the datum is
    /// local, except that the surface may be the station's <see cref="SurfaceLevel"/>.
    /// </summary>
    public IReadOnlyList<LocalZero> Zeros { get; init; } = [];

    /// <summary>Which way the raw value counts; required above a surface or well head, null: up.</summary>
    public CountDirection? Direction { get; init; }

    /// <summary>The water above the sensor; required when a height is measured as a pressure.</summary>
    public WaterColumn? Column { get; init; }

    /// <summary>The barometer for a sensor of absolute pressure; null for one that is vented.</summary>
    public Barometer? Barometer { get; init; }

    /// <summary>The air beside an instrument that gives a mass concentration at ambient conditions; instead of <see cref="GasReference"/>.</summary>
    public AmbientAir? Ambient { get; init; }

    /// <summary>Height of the ground at the station, in the canonical datum; needed by levels to the surface.</summary>
    public SurfaceLevel? SurfaceLevel { get; init; }

    /// <summary>Where the station is; required by transformations that depend on the place.</summary>
    public Location? Location { get; init; }

    /// <summary>Calibrations, one after the other; empty when the device is used as it comes.</summary>
    public IReadOnlyList<InstrumentCalibration> Calibrations { get; init; } = [];

    /// <summary>Zero and span checks. Their <see cref="CalibrationCheck.Calibrated"/> is computed here, by the calibration in force at their time.</summary>
    public IReadOnlyList<CalibrationCheck> Checks { get; init; } = [];

    /// <summary>Gross range in the canonical unit; null for the physical range of the catalogue.</summary>
    public GrossRange? GrossRange { get; init; }

    /// <summary>Further tests, in the order they are stated; each kind at most once. None by default: no source gives thresholds that hold everywhere.</summary>
    public IReadOnlyList<QualityTest> Tests { get; init; } = [];

    /// <summary>How the device stamps its values; null when it does not.</summary>
    public StampConvention? Stamp { get; init; }

    /// <summary>Whose clock the phenomenon time is of; null for a series that was published with its times.</summary>
    public TimeSource? TimeSource { get; init; }
}

/// <summary>The settings of a <see cref="ProcedureRequest"/> that can be wrong, so that a reader can point at the line.</summary>
public enum ProcedureSetting
{
    /// <summary><see cref="DatastreamId.Property"/> of the datastream.</summary>
    ObservedProperty,

    /// <summary><see cref="ProcedureRequest.RawUnit"/>.</summary>
    RawUnit,

    /// <summary><see cref="ProcedureRequest.Gas"/>.</summary>
    Gas,

    /// <summary><see cref="ProcedureRequest.GasReference"/>.</summary>
    GasReference,

    /// <summary><see cref="ProcedureRequest.Datum"/>.</summary>
    Datum,

    /// <summary><see cref="ProcedureRequest.Transformation"/>.</summary>
    Transformation,

    /// <summary><see cref="ProcedureRequest.Zeros"/>; which one is in <see cref="ProcedureProblem.Index"/>.</summary>
    Zero,

    /// <summary><see cref="ProcedureRequest.Direction"/>.</summary>
    Direction,

    /// <summary><see cref="ProcedureRequest.Column"/>.</summary>
    Column,

    /// <summary><see cref="ProcedureRequest.Barometer"/>.</summary>
    Barometer,

    /// <summary><see cref="ProcedureRequest.Ambient"/>.</summary>
    Ambient,

    /// <summary><see cref="ProcedureRequest.SurfaceLevel"/>.</summary>
    SurfaceLevel,

    /// <summary><see cref="ProcedureRequest.Location"/>.</summary>
    Location,

    /// <summary><see cref="ProcedureRequest.Calibrations"/>; which one is in <see cref="ProcedureProblem.Index"/>.</summary>
    Calibration,

    /// <summary><see cref="ProcedureRequest.Checks"/>; which one is in <see cref="ProcedureProblem.Index"/>.</summary>
    Check,

    /// <summary><see cref="ProcedureRequest.Instruments"/>; which one is in <see cref="ProcedureProblem.Index"/>.</summary>
    Instrument,

    /// <summary><see cref="ProcedureRequest.StatedAs"/>.</summary>
    StatedAs,

    /// <summary><see cref="ProcedureRequest.ParticleGrowth"/>.</summary>
    ParticleGrowth,

    /// <summary><see cref="ProcedureRequest.NitrogenOxides"/>.</summary>
    NitrogenOxides,

    /// <summary><see cref="ProcedureRequest.GrossRange"/>.</summary>
    GrossRange,

    /// <summary><see cref="ProcedureRequest.Tests"/>; which one is in <see cref="ProcedureProblem.Index"/>.</summary>
    Test,
}

/// <summary>Why no procedure can be made.</summary>
/// <param name="Setting">What is wrong or missing.</param>
/// <param name="Message">What was expected there.</param>
/// <param name="Index">Position in a list; 0 when the setting is not one.</param>
public sealed record ProcedureProblem(ProcedureSetting Setting, string Message, int Index = 0);
